from pathlib import Path

FILE = Path("todo.txt")


def load():
    return FILE.read_text(encoding="utf-8").splitlines() if FILE.exists() else []


def save(items):
    FILE.write_text("".join(item + "\n" for item in items), encoding="utf-8")
