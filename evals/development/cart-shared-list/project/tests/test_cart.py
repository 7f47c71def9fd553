import unittest

from shop.cart import Cart


class CartTest(unittest.TestCase):
    def test_total(self):
        cart = Cart("Ann", ["apple"])
        cart.add("milk", 2)
        self.assertEqual(cart.total(), 270)

    def test_carts_do_not_share(self):
        first = Cart("Ann")
        first.add("bread")
        second = Cart("Ben")
        self.assertEqual(second.items, [])
