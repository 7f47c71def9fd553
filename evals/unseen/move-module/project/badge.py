from helpers import initials, title_case


def badge(name):
    return f"[{initials(name)}] {title_case(name)}"
