"""Three ways to sort a list."""


def bubble(values):
    values = list(values)
    for end in range(len(values) - 1, 0, -1):
        for place in range(end):
            if values[place] > values[place + 1]:
                values[place], values[place + 1] = values[place + 1], values[place]
    return values


def halves(values):
    if len(values) < 2:
        return list(values)
    middle = len(values) // 2
    return join(halves(values[:middle]), halves(values[middle:]))


def join(left, right):
    joined = []
    while left and right:
        joined.append(left.pop(0) if left[0] <= right[0] else right.pop(0))
    return joined + left + right


def selection(values):
    rest, done = list(values), []
    while rest:
        done.append(min(rest))
        rest.remove(done[-1])
    return done
