from pathlib import Path

text = Path("README.md").read_text(encoding="utf-8")
assert "main.py" not in text, "Error: main.py is still named"
for piece in ("python todo.py add", "python todo.py list", "python todo.py done", "# Todo", "A list of things to do, in a file.", "todo.txt"):
    assert piece in text, f"Error: {piece} is missing"
assert len(text) < 1200, "Error: much too long"
