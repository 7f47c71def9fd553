import unittest

from wallet import Wallet


class TestWallet(unittest.TestCase):
    def test_put(self):
        wallet = Wallet()
        wallet.put(5)
        self.assertEqual(wallet.balance, 5)

    def test_take(self):
        wallet = Wallet()
        wallet.put(5)
        self.assertEqual(wallet.take(2), 2)
        self.assertEqual(wallet.balance, 3)

    def test_take_too_much(self):
        wallet = Wallet()
        wallet.put(5)
        with self.assertRaises(ValueError):
            wallet.take(6)
        self.assertEqual(wallet.balance, 5)


if __name__ == "__main__":
    unittest.main()
