from grades.stats import mean, spread


def describe(name, values):
    return f"{name}: mean {mean(values):.1f}, spread {spread(values)}"
