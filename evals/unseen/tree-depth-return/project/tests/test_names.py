import unittest

from family.person import Person
from family.tree import descendants


class NamesTest(unittest.TestCase):
    def test_names(self):
        family = Person("Ida", [Person("Max", [Person("Lea")]), Person("Eva")])
        self.assertEqual(descendants(family), ["Max", "Lea", "Eva"])
