from kitchen.recipes import RECIPES, ingredients

for recipe in RECIPES:
    print(recipe, ingredients(recipe))
