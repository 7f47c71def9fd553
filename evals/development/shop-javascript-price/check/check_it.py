import re
from pathlib import Path

text = Path("web/cart.js").read_text(encoding="utf-8")
numbers = re.findall(r"(?<![\w.])\d+(?:\.\d+)?", re.sub(r"//.*", "", text))
values = sorted(float(number) for number in numbers)
assert values == [0, 0, 2, 4.9, 75], f"Error: the numbers are {values}"
for piece in ("function shippingCost(sum)", "function showTotal(items)", "items.reduce(", ".toFixed(2)"):
    assert piece in text, f"Error: {piece} is missing"
