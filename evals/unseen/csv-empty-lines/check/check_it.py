import tempfile
import unittest
from pathlib import Path

from expenses.load import load_expenses
from expenses.sums import by_purpose


def load(text):
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "x.csv")
        file.write_text(text, encoding="utf-8")
        return load_expenses(file)


class Skips(unittest.TestCase):
    def test_march(self):
        self.assertEqual(by_purpose(load_expenses("march.csv")), {"rent": 650, "food": 53.5})

    def test_lines(self):
        self.assertEqual(load("\n2024-01-01,a,\n2024-01-02,b,2\n\n"), [("2024-01-02", "b", 2.0)])


class Loads(unittest.TestCase):
    def test_good_lines(self):
        wanted = [("2024-01-01", "a", 1.5), ("2024-01-02", "b", 2.0)]
        self.assertEqual(load("2024-01-01,a,1.5\n2024-01-02,b,2"), wanted)
