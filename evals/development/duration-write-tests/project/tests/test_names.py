import unittest

from tools.names import initials


class TestInitials(unittest.TestCase):
    def test_two_names(self):
        self.assertEqual(initials("Ada Lovelace"), "AL")
