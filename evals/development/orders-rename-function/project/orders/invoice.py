from orders.money import calc


def invoice(customer, lines):
    return f"{customer}: {calc(lines):.2f} EUR"
