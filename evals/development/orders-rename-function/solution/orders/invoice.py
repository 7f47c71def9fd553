from orders.money import order_total


def invoice(customer, lines):
    return f"{customer}: {order_total(lines):.2f} EUR"
