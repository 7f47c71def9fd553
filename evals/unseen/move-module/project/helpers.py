def title_case(text):
    """Return a text with a capital letter at each word's beginning."""
    return " ".join(word.capitalize() for word in text.split())


def initials(name):
    return "".join(word[0].upper() for word in name.split())
