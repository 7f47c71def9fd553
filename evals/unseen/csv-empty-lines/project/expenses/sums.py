def by_purpose(expenses):
    sums = {}
    for _, purpose, amount in expenses:
        sums[purpose] = sums.get(purpose, 0) + amount
    return sums
