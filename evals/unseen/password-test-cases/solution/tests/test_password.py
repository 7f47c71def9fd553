import unittest

from login.password import is_strong


class StrongTest(unittest.TestCase):
    def test_a_strong_password(self):
        self.assertTrue(is_strong("Garden2024"))

    def test_too_short(self):
        self.assertFalse(is_strong("Gard202"))

    def test_no_digit(self):
        self.assertFalse(is_strong("GardenHouse"))

    def test_no_upper_case_letter(self):
        self.assertFalse(is_strong("garden2024"))
