import unittest

from family.person import Person
from family.tree import generations

FAMILY = Person("Ida", [Person("Max", [Person("Lea", [Person("Tom")])]), Person("Eva")])


class GenerationsTest(unittest.TestCase):
    def test_one(self):
        self.assertEqual(generations(Person("Eva")), 1)

    def test_four(self):
        self.assertEqual(generations(FAMILY), 4)
