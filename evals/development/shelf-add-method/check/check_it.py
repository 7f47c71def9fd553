import unittest

from library.shelf import Book, Shelf


def filled():
    shelf = Shelf()
    for title, author, year in (("B", "X", 1900), ("A", "Y", 1700), ("C", "X", 1800)):
        shelf.put(Book(title, author, year))
    return shelf


class New(unittest.TestCase):
    def test_oldest(self):
        self.assertEqual(filled().oldest(), "A")

    def test_empty(self):
        self.assertIsNone(Shelf().oldest())


class Before(unittest.TestCase):
    def test_rest(self):
        self.assertEqual(filled().by_author("X"), ["B", "C"])
        self.assertEqual(len(filled()), 3)
        self.assertEqual(Book("A", "Y", 1), Book("A", "Y", 1))
