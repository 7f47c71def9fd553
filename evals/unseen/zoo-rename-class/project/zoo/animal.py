class Animal:
    """Somebody who lives in the zoo."""

    def __init__(self, name, weight):
        self.name = name
        self.weight = weight

    def __repr__(self):
        return f"Animal({self.name!r}, {self.weight})"
