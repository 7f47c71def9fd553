"""Moves money between wallets."""


class TooLittleMoney(Exception):
    """The wallet does not hold that much."""
