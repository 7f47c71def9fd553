class NotEnoughMoney(Exception):
    """The account does not hold that much."""


def deposit(account, amount):
    """Put money into an account."""
    if amount <= 0:
        raise ValueError("the amount must be positive")
    account["balance"] += amount
    account["history"].append(amount)


def withdraw(account, amount):
    """Take money out of an account."""
    if amount > account["balance"]:
        raise NotEnoughMoney(account["owner"])
    account["balance"] -= amount
    account["history"].append(-amount)


def statement(account):
    """Return the account's history and balance as text."""
    lines = [f"{amount:+d}" for amount in account["history"]]
    return "\n".join([account["owner"], *lines, f"= {account['balance']}"])
