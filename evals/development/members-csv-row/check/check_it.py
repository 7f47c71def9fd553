import csv
from pathlib import Path

rows = list(csv.reader(Path("data/members.csv").read_text(encoding="utf-8").splitlines()))
wanted = [
    ["name", "email", "joined"],
    ["Tom Berg", "tom@example.org", "2022-01-15"],
    ["Eva Lind", "eva.lind@example.com", "2022-09-03"],
    ["Ali Can", "ali@example.org", "2023-02-20"],
    ["Nora Klein", "nora@example.org", "2024-05-01"],
]
assert rows == wanted, f"Error: {rows}"
