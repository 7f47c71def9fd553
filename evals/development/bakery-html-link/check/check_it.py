import re
from pathlib import Path

text = Path("index.html").read_text(encoding="utf-8")
nav = re.search(r"<nav>(.*?)</nav>", text, re.DOTALL)
assert nav, "Error: no navigation"
links = re.findall(r'<a href="([^"]*)">([^<]*)</a>', nav[1])
wanted = [("index.html", "Home"), ("bread.html", "Our bread"), ("contact.html", "Contact")]
assert links == wanted, f"Error: {links}"
for piece in ('<html lang="en">', "<title>Bakery Hill</title>", 'href="style.css"', "<h1>Welcome</h1>", "six in the morning", "</body>\n</html>"):
    assert text.count(piece) == 1, f"Error: {piece} was changed"
