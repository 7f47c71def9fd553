from login.password import is_strong


def register(users: dict[str, str], name: str, password: str) -> bool:
    if name in users or not is_strong(password):
        return False
    users[name] = password
    return True
