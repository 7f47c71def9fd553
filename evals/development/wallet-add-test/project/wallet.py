class Wallet:
    def __init__(self):
        self.balance = 0

    def put(self, amount):
        self.balance += amount

    def take(self, amount):
        if amount > self.balance:
            raise ValueError("not enough money")
        self.balance -= amount
        return amount
