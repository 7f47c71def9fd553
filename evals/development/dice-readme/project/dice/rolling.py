import random


def roll(count, sides, seed=None):
    """Return the sum of some dice."""
    generator = random.Random(seed)
    return sum(generator.randint(1, sides) for _ in range(count))
