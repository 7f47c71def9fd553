class Wallet:
    """Money that somebody has, in cents."""

    def __init__(self, owner, balance=0):
        self.owner = owner
        self.balance = balance

    def pay_in(self, amount):
        self.balance += amount

    def pay_out(self, amount):
        self.balance -= amount
