import unittest
from datetime import datetime

from logbook.book import Book


class LinesTest(unittest.TestCase):
    def test_round_trip(self):
        book = Book()
        when = datetime(2024, 5, 1, 9, 30)
        book.note("set sail", when)
        self.assertEqual(book.entries(), [(when, "set sail")])
