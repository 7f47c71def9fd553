from zoo import Animal


def ration(animal: Animal) -> float:
    """Return the kilograms of food of one day."""
    return round(animal.weight * 0.03, 1)
