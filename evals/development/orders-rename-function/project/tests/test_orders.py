import unittest

from orders.invoice import invoice
from orders.money import calc
from orders.report import biggest


class OrdersTest(unittest.TestCase):
    def test_total(self):
        self.assertEqual(calc([(2, 1.5), (1, 4)]), 7)

    def test_invoice(self):
        self.assertEqual(invoice("Ann", [(3, 2)]), "Ann: 6.00 EUR")

    def test_biggest(self):
        self.assertEqual(biggest([[(1, 1)], [(2, 2)]]), [(2, 2)])
