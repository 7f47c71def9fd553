"""Bills of the workshop."""


def lines_total(lines):
    total = 0
    for amount, price in lines:
        total += amount * price
    return total


def with_tax(total, percent=19):
    return round(total * (100 + percent) / 100, 2)


def show(lines):
    total = with_tax(lines_total(lines))
    print(f"To pay: {total:.2f}")
