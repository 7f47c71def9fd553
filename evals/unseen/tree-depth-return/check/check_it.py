import unittest

from family.person import Person
from family.tree import generations


class Check(unittest.TestCase):
    def test_chain(self):
        person = Person("0")
        for number in range(1, 7):
            person = Person(str(number), [Person("leaf"), person])
        self.assertEqual(generations(person), 7)
