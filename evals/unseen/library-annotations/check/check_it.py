import ast
import unittest
from pathlib import Path


class Annotations(unittest.TestCase):
    def test_methods(self):
        tree = ast.parse(Path("library/shelf.py").read_text(encoding="utf-8"))
        shelf = next(node for node in tree.body if isinstance(node, ast.ClassDef) and node.name == "Shelf")
        methods = {node.name: node for node in shelf.body if isinstance(node, ast.FunctionDef)}
        self.assertEqual(sorted(methods), ["__init__", "put", "thickest", "titles"])
        for name, method in methods.items():
            if name != "__init__":
                self.assertIsNotNone(method.returns, name)
            for argument in method.args.args[1:]:
                self.assertIsNotNone(argument.annotation, f"{name}: {argument.arg}")
        self.assertEqual(ast.unparse(methods["put"].returns), "bool")
