def moving_average(values: list[float], window: int) -> list[float]:
    """Return the mean of each run of `window` neighbouring values."""
    means = []
    for start in range(len(values) - window):
        part = values[start : start + window]
        means.append(sum(part) / window)
    return means
