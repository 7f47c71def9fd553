from report import by_category, load, title

print(title())
print(by_category(load("sales.json")))
