import unittest

from login.password import is_strong


class StrongTest(unittest.TestCase):
    def test_a_strong_password(self):
        self.assertTrue(is_strong("Garden2024"))
