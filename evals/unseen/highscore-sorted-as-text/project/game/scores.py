from game.storage import read_scores


def best(lines, count=3):
    """Return the names of the best players, the best one first."""
    ranked = sorted(read_scores(lines), key=lambda pair: pair[1], reverse=True)
    return [name for name, points in ranked[:count]]
