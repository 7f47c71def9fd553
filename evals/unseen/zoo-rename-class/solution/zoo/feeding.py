from zoo import Resident


def ration(animal: Resident) -> float:
    """Return the kilograms of food of one day."""
    return round(animal.weight * 0.03, 1)
