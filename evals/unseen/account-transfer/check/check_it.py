import unittest

from wallet.transfer import TooLittleMoney, transfer
from wallet.wallet import Wallet


class Check(unittest.TestCase):
    def test_moves(self):
        one, two = Wallet("a", 100), Wallet("b", 5)
        transfer(one, two, 100)
        self.assertEqual((one.balance, two.balance), (0, 105))

    def test_too_little(self):
        one, two = Wallet("a", 100), Wallet("b", 5)
        with self.assertRaises(TooLittleMoney):
            transfer(one, two, 101)
        self.assertEqual((one.balance, two.balance), (100, 5))
