import csv

with open("data/members.csv", encoding="utf-8", newline="") as file:
    for row in csv.DictReader(file):
        print(row["name"], row["joined"])
