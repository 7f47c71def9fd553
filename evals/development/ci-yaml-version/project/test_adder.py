import unittest

from adder import add


class AdderTest(unittest.TestCase):
    def test_add(self):
        self.assertEqual(add(2, 3), 5)
