import unittest

from convert import celsius_to_fahrenheit, fahrenheit_to_celsius


class ConvertTest(unittest.TestCase):
    def test_to_fahrenheit(self):
        self.assertEqual(celsius_to_fahrenheit(100), 212)

    def test_to_celsius(self):
        self.assertEqual(fahrenheit_to_celsius(32), 0)

    def test_below_absolute_zero(self):
        with self.assertRaises(ValueError):
            celsius_to_fahrenheit(-300)
        with self.assertRaises(ValueError):
            fahrenheit_to_celsius(-500)
