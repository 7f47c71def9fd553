"""What a text of Python defines, imports and uses; nothing of it is run."""

from __future__ import annotations

import ast
import builtins
import warnings
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

_GIVEN = frozenset(dir(builtins)) | {"__file__", "__path__", "__class__", "__annotations__"}
_DEFINITION = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


@dataclass(frozen=True, slots=True)
class Names:
    """The names in a text of Python."""

    defined: tuple[str, ...]
    """Its functions, classes and methods, a method as `Class.method`."""
    unused: tuple[str, ...]
    """What it imports and does not use."""
    unknown: tuple[str, ...]
    """What it uses and neither defines nor imports."""


def names_of(text: str) -> Names | None:
    """Return the names in a text, None where it is no Python.

    Args:
        text: The text.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    imported: list[str] = []
    bound: set[str] = set()
    used: list[str] = []
    star = False
    for node in ast.walk(tree):
        match node:
            case ast.Import() | ast.ImportFrom():
                star |= any(alias.name == "*" for alias in node.names)
                if not (isinstance(node, ast.ImportFrom) and node.module == "__future__"):
                    imported += [_bound(alias) for alias in node.names if alias.name != "*"]
            case ast.Name(id=name, ctx=ast.Load()):
                used.append(name)
            case ast.Name(id=name) | ast.arg(arg=name):
                bound.add(name)
            case (
                ast.FunctionDef(name=name)
                | ast.AsyncFunctionDef(name=name)
                | ast.ClassDef(name=name)
            ):
                bound.add(name)
            case (
                ast.ExceptHandler(name=str(name))
                | ast.MatchAs(name=str(name))
                | ast.MatchStar(name=str(name))
            ):
                bound.add(name)
            case ast.MatchMapping(rest=str(name)):
                bound.add(name)
    exported = _exported(tree)
    known = bound | set(imported) | _GIVEN
    return Names(
        tuple(_defined(tree)),
        tuple(name for name in dict.fromkeys(imported) if name not in {*used, *exported}),
        () if star else tuple(name for name in dict.fromkeys(used) if name not in known),
    )


def without_imports(text: str, names: Collection[str]) -> str:
    """Return a text of Python that does not import some names; the text itself where that is not plainly to be done.

    Args:
        text: The text.
        names: The names, as they are bound.
    """
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return text
    lines = text.split("\n")
    for node in reversed(tree.body):
        if not isinstance(node, ast.Import | ast.ImportFrom):
            continue
        kept = [alias for alias in node.names if _bound(alias) not in names]
        if len(kept) == len(node.names):
            continue
        new = [] if not kept else [ast.unparse(_with_names(node, kept))]
        lines[node.lineno - 1 : node.end_lineno] = new
    return "\n".join(lines)


def missing_modules(text: str, files: Sequence[str]) -> list[str]:
    """Return what a text of Python imports from the project's own packages that is not there.

    Args:
        text: The text.
        files: The project's files.
    """
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []
    modules: list[str] = []
    for node in ast.walk(tree):
        match node:
            case ast.ImportFrom(module=str(module), level=0):
                modules.append(module)
            case ast.Import():
                modules += [alias.name for alias in node.names]
    return [module for module in dict.fromkeys(modules) if _is_missing(module, files)]


def _is_missing(module: str, files: Sequence[str]) -> bool:
    """Whether a module is none of the project's, though the package is that it would be in."""
    package, dot, _ = module.partition(".")
    path = module.replace(".", "/")
    own = any(file.startswith(f"{package}/") for file in files)
    there = any(file == f"{path}.py" or file.startswith(f"{path}/") for file in files)
    return bool(dot) and own and not there


def public_names(text: str) -> list[str]:
    """Return the functions and classes of a module that others may import."""
    names = names_of(text)
    defined = names.defined if names is not None else ()
    return [name for name in defined if "." not in name and not name.startswith("_")]


def _defined(tree: ast.Module) -> Iterator[str]:
    for node in tree.body:
        if isinstance(node, _DEFINITION):
            yield node.name
        if isinstance(node, ast.ClassDef):
            yield from (
                f"{node.name}.{inner.name}" for inner in node.body if isinstance(inner, _DEFINITION)
            )


def _with_names(node: ast.Import | ast.ImportFrom, names: list[ast.alias]) -> ast.stmt:
    if isinstance(node, ast.Import):
        return ast.Import(names)
    return ast.ImportFrom(node.module, names, node.level)


def _bound(alias: ast.alias) -> str:
    return alias.asname or alias.name.partition(".")[0]


def _exported(tree: ast.Module) -> set[str]:
    """Return the texts of `__all__`."""
    return {
        constant.value
        for node in tree.body
        if isinstance(node, ast.Assign)
        and any(isinstance(target, ast.Name) and target.id == "__all__" for target in node.targets)
        for constant in ast.walk(node.value)
        if isinstance(constant, ast.Constant) and isinstance(constant.value, str)
    }
