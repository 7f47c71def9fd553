import ast
import unittest
from pathlib import Path

import stock


class Hints(unittest.TestCase):
    def test_everything_has_one(self):
        tree = ast.parse(Path("stock.py").read_text(encoding="utf-8"))
        functions = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
        self.assertEqual([function.name for function in functions], ["add", "total", "missing"])
        for function in functions:
            self.assertIsNotNone(function.returns, function.name)
            for argument in function.args.args:
                self.assertIsNotNone(argument.annotation, f"{function.name}: {argument.arg}")
        self.assertIn(ast.unparse(functions[1].returns), ("int", "float"))


class Behaviour(unittest.TestCase):
    def test_it_works(self):
        shelf = {}
        stock.add(shelf, "b", 2)
        stock.add(shelf, "a", 1)
        stock.add(shelf, "b", 9)
        self.assertEqual((stock.total(shelf), stock.missing(shelf, 5)), (12, ["a"]))
