import unittest

from wallet.wallet import Wallet


class WalletTest(unittest.TestCase):
    def test_in_and_out(self):
        wallet = Wallet("Ann", 100)
        wallet.pay_in(50)
        wallet.pay_out(30)
        self.assertEqual(wallet.balance, 120)
