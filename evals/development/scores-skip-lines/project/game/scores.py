"""Reads the scores of a game from lines such as "Ann;12"."""


def read_scores(lines):
    scores = {}
    for line in lines:
        name, points = line.strip().split(";")
        scores[name] = scores.get(name, 0) + int(points)
    return scores


def winner(scores):
    return max(scores, key=scores.get)
