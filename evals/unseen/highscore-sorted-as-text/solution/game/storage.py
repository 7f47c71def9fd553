"""Scores are kept as lines: name,points"""


def read_scores(lines):
    """Return pairs of name and points."""
    pairs = []
    for line in lines:
        name, points = line.strip().split(",")
        pairs.append((name, int(points)))
    return pairs
