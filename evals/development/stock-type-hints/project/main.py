from stock import add, missing, total

shelf = {}
add(shelf, "screws", 40)
add(shelf, "nails", 3)
print(total(shelf), missing(shelf, 10))
