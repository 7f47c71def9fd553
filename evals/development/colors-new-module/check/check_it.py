import unittest

from paint.colors import hex_to_rgb


class Check(unittest.TestCase):
    def test_colors(self):
        cases = {"#ff8000": (255, 128, 0), "#000000": (0, 0, 0), "#0A0b0C": (10, 11, 12)}
        for text, wanted in cases.items():
            self.assertEqual(hex_to_rgb(text), wanted)
