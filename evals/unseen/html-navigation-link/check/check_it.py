from html.parser import HTMLParser
from pathlib import Path


class Links(HTMLParser):
    """Notes the links inside of the navigation, and the text of everything else."""

    def __init__(self):
        super().__init__()
        self.inside, self.links, self.rest = False, [], []

    def handle_starttag(self, tag, attributes):
        if tag == "nav":
            self.inside = True
        elif tag == "a" and self.inside:
            self.links.append([dict(attributes).get("href"), ""])

    def handle_endtag(self, tag):
        if tag == "nav":
            self.inside = False

    def handle_data(self, data):
        if not data.strip():
            return
        if self.inside and self.links:
            self.links[-1][1] += data.strip()
        else:
            self.rest.append(data.strip())


links = Links()
links.feed(Path("index.html").read_text(encoding="utf-8"))
wanted = [["index.html", "Home"], ["prices.html", "Prices"], ["contact.html", "Contact"]]
assert links.links == wanted, links.links
assert links.rest == ["Bike repair", "We repair bikes", "Open from Tuesday to Saturday."], links.rest
