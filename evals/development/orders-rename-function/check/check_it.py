import re
import unittest
from pathlib import Path

from orders import money
from orders.invoice import invoice
from orders.report import biggest
from tests import test_orders


class Check(unittest.TestCase):
    def test_works(self):
        self.assertEqual(money.order_total([(2, 1.5), (1, 4)]), 7)
        self.assertEqual(invoice("Ann", [(3, 2)]), "Ann: 6.00 EUR")
        self.assertEqual(biggest([[(1, 1)], [(2, 2)]]), [(2, 2)])

    def test_tests_are_still_there_and_pass(self):
        suite = unittest.defaultTestLoader.loadTestsFromModule(test_orders)
        self.assertGreaterEqual(suite.countTestCases(), 3)
        self.assertTrue(unittest.TestResult() and suite.run(unittest.TestResult()).wasSuccessful())

    def test_old_name_is_gone(self):
        for file in [*Path("orders").glob("*.py"), *Path("tests").glob("*.py")]:
            self.assertIsNone(re.search(r"\bcalc\b", file.read_text()), file)
