import json
import unittest
from pathlib import Path


class Check(unittest.TestCase):
    def test_routes(self):
        found = json.loads(Path("routes.json").read_text(encoding="utf-8"))
        wanted = {"/": "home", "/about": "about_us", "/shop": "list_boxes", "/shop/order": "place_order"}
        self.assertEqual(found, wanted)
