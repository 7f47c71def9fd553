import unittest

from notes.book import Notebook
from notes.text import first_line, shorten


class TextTest(unittest.TestCase):
    def test_first_line(self):
        self.assertEqual(first_line("\n Milk \nBread"), "Milk")

    def test_shorten(self):
        self.assertEqual(shorten("a" * 25), "a" * 17 + "...")

    def test_titles(self):
        book = Notebook()
        book.add("Shopping\nmilk")
        self.assertEqual(book.titles(), ["Shopping"])
