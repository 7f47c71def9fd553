import unittest

from catalog.pages import get_page, page_count
from catalog.products import all_products


class PagesTest(unittest.TestCase):
    def test_count(self):
        self.assertEqual(page_count(23, 10), 3)

    def test_first_page(self):
        self.assertEqual(get_page(all_products(), 1, 3), ["Product 1", "Product 2", "Product 3"])

    def test_last_page_is_short(self):
        self.assertEqual(get_page(all_products(), 3), ["Product 21", "Product 22", "Product 23"])
