from shop.prices import price_of


class Cart:
    def __init__(self, owner, items=[]):
        self.owner = owner
        self.items = items

    def add(self, name, count=1):
        for _ in range(count):
            self.items.append(name)

    def total(self):
        return sum(price_of(name) for name in self.items)
