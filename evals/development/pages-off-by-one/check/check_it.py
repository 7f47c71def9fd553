import unittest

from catalog.pages import get_page, page_count


class Check(unittest.TestCase):
    def test_pages(self):
        self.assertEqual(get_page(list(range(9)), 2, 4), [4, 5, 6, 7])
        self.assertEqual(get_page(list(range(9)), 3, 4), [8])
        self.assertEqual(get_page(list(range(9)), 4, 4), [])
        self.assertEqual(page_count(9, 4), 3)
