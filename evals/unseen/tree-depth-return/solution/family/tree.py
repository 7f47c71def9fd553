from family.person import Person


def generations(person: Person) -> int:
    """Return how many generations there are from a person down, the person's own included."""
    if person.children:
        return 1 + max(generations(child) for child in person.children)
    else:
        return 1


def descendants(person: Person) -> list[str]:
    """Return the names of all children, grandchildren and so on."""
    names = []
    for child in person.children:
        names.append(child.name)
        names.extend(descendants(child))
    return names
