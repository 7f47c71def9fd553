"""The reference pages in docs/, made from the code: what a field means is said once, in its docstring.

`python dev/reference.py` writes the pages; with `--check` it only says which are out of date, and exits with 1 then. A public
field without a docstring is an error.
"""

# ruff: noqa: INP001 - a script beside the package, not a package

from __future__ import annotations

import ast
import inspect
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import MISSING, Field, dataclass, fields
from pathlib import Path
from typing import Any

from pycode.config.kinds import Group, Kind, Listed, Named, Rules, Scalar, kind_of
from pycode.config.reading import variables
from pycode.config.schema import File
from pycode.core.errors import ProviderError, PyCodeError
from pycode.core.events import EVENT_CLASSES, Event
from pycode.core.message import Message
from pycode.core.parts import PART_CLASSES, Part
from pycode.core.session import Session

DOCS = Path(__file__).resolve().parent.parent / "docs"
NOTE = (
    "<!-- Made by dev/reference.py from the code. Change the docstrings there, not this page. -->"
)


class UndocumentedError(Exception):
    """A public field has no docstring; the text names all of them."""


@dataclass(slots=True, frozen=True)
class Entry:
    """A field as its source says it."""

    name: str
    """The field's name."""
    annotation: str
    """Its type, as written."""
    text: str
    """Its docstring, in one line."""


def main(arguments: Sequence[str], docs: Path = DOCS) -> int:
    """Write the pages, or check them; return the exit code.

    Args:
        arguments: `--check`, or nothing.
        docs: The folder of the pages.
    """
    if list(arguments) not in ([], ["--check"]):
        print("usage: python dev/reference.py [--check]", file=sys.stderr)
        return 2
    try:
        pages = {name: make() for name, make in PAGES.items()}
    except UndocumentedError as error:
        print(error, file=sys.stderr)
        return 1
    stale = [name for name, text in pages.items() if _content(docs / name) != text]
    if arguments:
        for name in stale:
            print(f"docs/{name} is out of date; run: python dev/reference.py", file=sys.stderr)
        return 1 if stale else 0
    docs.mkdir(exist_ok=True)
    for name in stale:
        (docs / name).write_text(pages[name], encoding="utf-8", newline="\n")
        print(f"wrote docs/{name}")
    return 0


def entries(cls: type[Any]) -> list[Entry]:
    """Return the fields that a class itself declares, in order.

    What says no more than the class's name is left out: class variables, and a `type` with one value.

    Raises:
        UndocumentedError: One of them has no docstring.
    """
    found: list[Entry] = []
    missing: list[str] = []
    for name, annotation, text in _declared(cls):
        if text is None:
            missing.append(f"{cls.__module__}.{cls.__qualname__}.{name} has no docstring")
        else:
            found.append(Entry(name, annotation, " ".join(text.split())))
    if missing:
        raise UndocumentedError("\n".join(missing))
    return found


def _declared(cls: type[Any]) -> Iterator[tuple[str, str, str | None]]:
    body = _body(cls)
    for statement, after in zip(body, [*body[1:], None], strict=True):
        if not isinstance(statement, ast.AnnAssign) or not isinstance(statement.target, ast.Name):
            continue
        name, annotation = statement.target.id, ast.unparse(statement.annotation)
        if name.startswith("_") or annotation.startswith("ClassVar") or _is_tag(statement):
            continue
        yield name, annotation, _text(after)


def _text(statement: ast.stmt | None) -> str | None:
    """Return the text of a statement that is nothing but text."""
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
        return statement.value.value if isinstance(statement.value.value, str) else None
    return None


def _body(cls: type[Any]) -> list[ast.stmt]:
    module = ast.parse(Path(inspect.getfile(cls)).read_text(encoding="utf-8"))
    for node in ast.walk(module):
        if isinstance(node, ast.ClassDef) and node.name == cls.__name__:
            return node.body
    raise LookupError(f"{cls.__qualname__} is not in the file of its module")


def _is_tag(statement: ast.AnnAssign) -> bool:
    """Return whether a field can hold one value only: `type: Literal["text"] = "text"`."""
    kind = statement.annotation
    if not isinstance(kind, ast.Subscript) or ast.unparse(kind.value) != "Literal":
        return False
    return statement.value is not None and ast.dump(kind.slice) == ast.dump(statement.value)


def _content(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.exists() else None


# The pages.


def config_page() -> str:
    """Return the page about `config.yaml`."""
    parts = [_CONFIG_INTRODUCTION, "## All keys", _key_table(File, "")]
    for path, cls in _groups(File, ""):
        parts += [f"## `{path}`", str(inspect.getdoc(cls)), _key_table(cls, path)]
    return _page("Configuration", parts)


def events_page() -> str:
    """Return the page about what the bus carries."""
    parts = [
        _EVENTS_INTRODUCTION,
        "## Every event",
        _table(Event),
    ]
    for cls in EVENT_CLASSES:
        parts += [f"## `{cls.type}`", str(inspect.getdoc(cls)), _table(cls)]
    return _page("Events", parts)


def errors_page() -> str:
    """Return the page about the error tree."""
    rows = [
        (
            f"`{cls.code}`",
            "\N{NO-BREAK SPACE}" * 4 * depth + f"`{cls.__name__}`",
            str(cls.exit_code),
            "yes" if getattr(cls, "retryable", False) else "",
            _first_sentence(cls),
        )
        for cls, depth in _tree(PyCodeError, 0)
    ]
    carried = [(f"`{name}`", text) for name, text in _attributes(ProviderError)]
    parts = [
        "What `pycode.core.errors` holds. The code is a stable name for programs; the exit code is that of the command line.",
        _markdown_table(("code", "class", "exit code", "a retry can help", "meaning"), rows),
        "## What a `ProviderError` carries",
        _markdown_table(("attribute", "meaning"), carried),
    ]
    return _page("Errors", parts)


def messages_page() -> str:
    """Return the page about sessions, messages and parts."""
    parts = ["What `pycode.core` holds. All times are UTC milliseconds."]
    for cls in (Session, Message):
        parts += [f"## `{cls.__name__}`", str(inspect.getdoc(cls)), _table(cls)]
    parts += ["## Every part", "A part's `type` tells which one it is.", _table(Part)]
    for name, part in PART_CLASSES.items():
        parts += [f"## `{name}`: `{part.__name__}`", str(inspect.getdoc(part)), _table(part)]
    return _page("Sessions, messages and parts", parts)


PAGES: Mapping[str, Callable[[], str]] = {
    "config.md": config_page,
    "errors.md": errors_page,
    "events.md": events_page,
    "messages.md": messages_page,
}
"""File name to what makes the page."""


# Pieces of pages.


def _page(title: str, parts: Sequence[str]) -> str:
    return "\n\n".join([f"# {title}", NOTE, *(part for part in parts if part)]) + "\n"


def _table(cls: type[Any]) -> str:
    """Return the table of a class's own fields, empty when it has none."""
    rows = [(f"`{entry.name}`", f"`{entry.annotation}`", entry.text) for entry in entries(cls)]
    return _markdown_table(("field", "type", "meaning"), rows)


def _markdown_table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    if not rows:
        return ""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(
        "| " + " | ".join(c.replace("|", "\\|") for c in line) + " |" for line in lines
    )


def _key_table(cls: type[Any], path: str) -> str:
    texts = {entry.name: entry.text for base in cls.__mro__[:-1] for entry in entries(base)}
    names = {keys: name for name, (keys, _) in variables().items()}
    rows = []
    for item in fields(cls):
        variable = names.get((*path.split("."), item.name) if path else (item.name,), "")
        text = texts[item.name]
        if item.metadata.get("user_only"):
            text += " Ignored in a repository's file."
        what = _what(kind_of(item.type))
        rows.append(
            (f"`{item.name}`", what, _default(item), f"`{variable}`" if variable else "", text)
        )
    return _markdown_table(("key", "value", "default", "variable", "meaning"), rows)


def _what(kind: Kind) -> str:
    match kind:
        case Scalar():
            return kind.what
        case Listed():
            return f"a list of {kind.item.what}"
        case Named(item=Scalar(what=what)):
            return f"a mapping of names to {what}"
        case Named():
            return "a mapping of names to keys, see below"
        case Rules():
            return f"a mapping of permission keys to {kind.action.what}, or to patterns with one of these each"
    return "a mapping, see below"


def _default(item: Field[Any]) -> str:
    if item.default is MISSING and item.default_factory is MISSING:
        return "must be there"
    return f"`{item.default}`" if isinstance(item.default, int | float) else ""


def _groups(cls: type[Any], path: str) -> Iterator[tuple[str, type[Any]]]:
    """Yield the mappings with keys of their own below a class."""
    for item in fields(cls):
        match kind_of(item.type):
            case Group(cls=inner):
                yield path + item.name, inner
            case Named(item=Group(cls=inner)):
                yield f"{path}{item.name}.<name>", inner


def _tree(cls: type[PyCodeError], depth: int) -> Iterator[tuple[type[PyCodeError], int]]:
    yield cls, depth
    for child in cls.__subclasses__():
        # Other modules may have errors of their own below these.
        if child.__module__ == PyCodeError.__module__:
            yield from _tree(child, depth + 1)


def _first_sentence(cls: type[Any]) -> str:
    return " ".join(str(inspect.getdoc(cls)).split("\n\n")[0].split())


def _attributes(cls: type[Any]) -> list[tuple[str, str]]:
    _, _, block = str(inspect.getdoc(cls)).partition("Attributes:\n")
    pairs = [line.strip().partition(": ") for line in block.splitlines()]
    return [(name, text) for name, mark, text in pairs if mark]


_EVENTS_INTRODUCTION = """\
What `pycode.core.events` holds and the bus carries. A `session` has the fields of `Session`, a `message` those of `Message`
without `parts`, and a `part` is one of the parts: see [messages](messages.md). As JSON an event has its `type`, and no fields
that are null."""

_CONFIG_INTRODUCTION = """\
PyCode reads its configuration from these places; the later one wins:

1. the built-in defaults
2. your own file, `~/.pycode/config.yaml` (`PYCODE_HOME` moves the folder)
3. the repository's files, `.pycode.yaml` and `.pycode/config.yaml` at the project's root and nowhere else
4. the variables `PYCODE_*` below; an empty one says nothing
5. flags of the command line

Mappings are merged key by key, `instructions` add up, and of everything else the later value is taken whole. Keys that are
unknown or have a value of the wrong type are errors, and so is a key that stands twice in one mapping.

```yaml
providers:
  anthropic:
    api_key: ${ANTHROPIC_API_KEY}
model: anthropic/claude-sonnet-5-5
permission:
  bash:
    "*": ask
    "git status *": allow
```

In your own file, text may contain `${NAME}` for the value of a variable and `${NAME:default}` for one that may be unset; `$$` is
a plain dollar. An unset variable without a default is an error. Keys and patterns are taken as they are.

**A repository's files are not yours.** They may not set what would be used with your keys or folders; such keys are named
and ignored. Variables are never read for them. Their permissions can only forbid or ask more than yours, and their agents
cannot replace an agent of yours."""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
