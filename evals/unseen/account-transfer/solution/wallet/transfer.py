"""Moves money between wallets."""


class TooLittleMoney(Exception):
    """The wallet does not hold that much."""


def transfer(source, target, amount):
    """Move money from one wallet to another."""
    if source.balance < amount:
        raise TooLittleMoney(f"{source.owner} has only {source.balance}")
    source.pay_out(amount)
    target.pay_in(amount)
