import ast
import unittest
from pathlib import Path

import bank


class Docstrings(unittest.TestCase):
    def test_each_function_has_one(self):
        tree = ast.parse(Path("bank.py").read_text(encoding="utf-8"))
        for node in tree.body:
            if isinstance(node, ast.FunctionDef):
                self.assertGreater(len((ast.get_docstring(node) or "").split()), 2, node.name)


class Code(unittest.TestCase):
    def test_it_works(self):
        account = {"owner": "Ann", "balance": 0, "history": []}
        bank.deposit(account, 100)
        bank.withdraw(account, 30)
        self.assertEqual(bank.statement(account), "Ann\n+100\n-30\n= 70")
        with self.assertRaises(bank.NotEnoughMoney):
            bank.withdraw(account, 71)
        with self.assertRaises(ValueError):
            bank.deposit(account, 0)
