import re
from pathlib import Path

text = Path("README.md").read_text(encoding="utf-8")
assert re.search(r"^#+ Configuration\s*$", text, re.MULTILINE), "Error: no section Configuration"
for piece in ("WEATHER_UNIT", "WEATHER_TIMEOUT"):
    assert piece in text, f"Error: {piece} is missing"
for piece in ("# Weather\n\nPrints the weather of a town in the terminal.", "## Start", "python weather.py Berlin", "## Licence\n\nMIT"):
    assert text.count(piece) == 1, f"Error: {piece!r} was changed"
assert text.count("```") % 2 == 0, "Error: a block does not end"
assert len(text) < 1500, "Error: much too long"
