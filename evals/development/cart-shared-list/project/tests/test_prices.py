import unittest

from shop.prices import price_of


class PricesTest(unittest.TestCase):
    def test_price(self):
        self.assertEqual(price_of("bread"), 320)
