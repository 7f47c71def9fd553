import unittest

from library.book import Book
from library.shelf import Shelf


class ShelfTest(unittest.TestCase):
    def test_shelf(self):
        shelf = Shelf(2)
        self.assertTrue(shelf.put(Book("Emma", 474)))
        self.assertTrue(shelf.put(Book("Ulysses", 730)))
        self.assertFalse(shelf.put(Book("Dune", 612)))
        self.assertEqual(shelf.titles(), ["Emma", "Ulysses"])
        self.assertEqual(shelf.thickest().title, "Ulysses")
