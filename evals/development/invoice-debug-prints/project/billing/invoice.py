"""Bills of the workshop."""


def lines_total(lines):
    total = 0
    for amount, price in lines:
        print("DEBUG line", amount, price)
        total += amount * price
    print("DEBUG total", total)
    return total


def with_tax(total, percent=19):
    # print("DEBUG tax", percent)
    return round(total * (100 + percent) / 100, 2)


def show(lines):
    total = with_tax(lines_total(lines))
    print(f"To pay: {total:.2f}")
