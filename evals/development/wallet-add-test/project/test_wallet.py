import unittest

from wallet import Wallet


class TestWallet(unittest.TestCase):
    def test_put(self):
        wallet = Wallet()
        wallet.put(5)
        self.assertEqual(wallet.balance, 5)


if __name__ == "__main__":
    unittest.main()
