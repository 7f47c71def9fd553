import unittest

from shop.cart import Cart


class Check(unittest.TestCase):
    def test_three_carts(self):
        for owner in ("a", "b", "c"):
            cart = Cart(owner)
            cart.add("apple", 2)
            self.assertEqual((cart.owner, cart.total()), (owner, 80))
        self.assertEqual(Cart("d", ["milk"]).total(), 115)
