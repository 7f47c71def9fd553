import json
import unittest
from pathlib import Path


class Check(unittest.TestCase):
    def test_content(self):
        menu = json.loads(Path("menu.json").read_text(encoding="utf-8"))
        found = [(dish["name"], dish["price"], dish["vegetarian"]) for dish in menu["dishes"]]
        wanted = [("Lentil soup", 6.5, True), ("Fish and chips", 11.9, False), ("Apple pie", 4.2, True)]
        self.assertEqual((menu["day"], found), ("Tuesday", wanted))
