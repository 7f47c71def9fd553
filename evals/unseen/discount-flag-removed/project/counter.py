from pricing import price


def group_price(ages):
    return sum(price(age, len(ages)) for age in ages)
