"""Rules for passwords."""


def is_strong(password: str) -> bool:
    """Tell whether a password is long enough (8) and has a digit and an upper-case letter."""
    if len(password) < 8:
        return False
    if not any(char.isdigit() for char in password):
        return False
    return any(char.isupper() for char in password)
