RECIPES = {
    "pancakes": {"flour": 250, "milk": 500, "butter": 30},
    "porridge": {"oats": 80, "water": 300},
}


def ingredients(name):
    """Return an ingredient list: names and grams."""
    return sorted(RECIPES[name].items())
