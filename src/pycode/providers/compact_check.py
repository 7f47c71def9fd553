"""Looks at a change that a small model wants to make, before it is made: what is plainly wrong with it, found by rule.

Nothing here says that a change is right. It tells the better one of several, and what to say when the model is asked again.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from typing import Any

from pycode.providers.compact import is_test_file
from pycode.providers.compact_conversation import Conversation
from pycode.providers.compact_names import missing_modules, names_of, without_imports
from pycode.providers.compact_request import asks_for_removal, wanted_texts
from pycode.providers.compact_text import ActionCall
from pycode.workspace.syntax import newly_broken

_ELISION = re.compile(
    r"^\s*(#|//|<!--|;)?\s*(\.\.\.|…)|\b(rest|remainder) of (the|your) |(existing|other|previous) (code|lines|content)|your code here",
    re.IGNORECASE | re.MULTILINE,
)
_DEFINED = re.compile(
    r"^\s*(?:export )?(?:async )?(?:function|class) (\w+)|^\s*(\w+)\(\) *\{", re.MULTILINE
)
_RAISES = re.compile(r"\b(raises?|errors?|exceptions?)\b", re.IGNORECASE)
_ALIKE = 0.55
_MOST_LOST = 3
_MOST_LINES = 400


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that is wrong with a change."""

    text: str
    """What, as the model is told."""
    weight: int
    """How bad it is."""


FATAL = 15
"""How bad a change is that is not made at all."""


@dataclass(frozen=True, slots=True)
class Draft:
    """Code that the model gave."""

    code: str | None
    """The code, None where there was none."""
    told: Sequence[Problem]
    """What is wrong with it."""

    @property
    def weight(self) -> int:
        """How bad all of that is."""
        return sum(problem.weight for problem in self.told)


def problems_of(call: ActionCall, said: Conversation) -> list[Problem]:
    """Return what is plainly wrong with a call that writes or changes a file.

    Args:
        call: The call.
        said: The conversation so far.
    """
    path, after = call.arguments.get("file_path"), call.arguments.get("content")
    old, new = call.arguments.get("old_string"), call.arguments.get("new_string")
    if not isinstance(path, str):
        return []
    before = "\n".join(said.texts[path]) if path in said.texts else None
    if before is not None and isinstance(old, str) and isinstance(new, str):
        after = before.replace(old, new, 1)
    elif call.tool == "write":
        before = None
    if not isinstance(after, str):
        return [Problem("there is no code in it", 25)]
    found = problems(said.request, path, before, after, said.texts)
    if path.endswith(".py"):
        for module in missing_modules(after, said.files):
            found.append(Problem(f"there is no module {module}", 6))
    return found


def tidied(call: ActionCall, said: Conversation) -> ActionCall:
    """Return a call that changes a whole file of Python without the imports that nothing uses, where these are to go.

    Args:
        call: The call.
        said: The conversation so far.
    """
    path, new = call.arguments.get("file_path"), call.arguments.get("new_string")
    if not (isinstance(path, str) and path.endswith(".py") and isinstance(new, str)):
        return call
    if not asks_for_removal(said.request) or "import" not in said.request:
        return call
    names = names_of(new)
    if names is None or not names.unused or names_of("\n".join(said.texts.get(path, ()))) is None:
        return call
    return replace(
        call, arguments=call.arguments | {"new_string": without_imports(new, names.unused)}
    )


def unchanged(call: ActionCall) -> ActionCall:
    """Return a call that changes nothing in place of one that would only do harm; the next step tries again."""
    old = call.arguments.get("old_string")
    return call if old is None else replace(call, arguments=call.arguments | {"new_string": old})


def problems(
    request: str, path: str, before: str | None, after: str, others: Mapping[str, Sequence[str]]
) -> list[Problem]:
    """Return what is plainly wrong with a change.

    Args:
        request: What was asked for.
        path: The file.
        before: What stands in it, None for a new file.
        after: What would stand in it.
        others: The lines of the files that were read.
    """
    broken = newly_broken(path, before, after)
    if broken is not None:
        return [Problem(f"{path} would not parse: {broken}", 20)]
    if (before or "").strip() == after.strip():
        return [Problem("nothing was changed", FATAL)]
    if not after.strip():
        return [Problem("there is nothing in it", FATAL + 1)]
    return [
        *_missing(request, path, before or "", after),
        *_made_up(before or "", after),
        *(_lost(request, path, before, after) if before else ()),
        *(_python(request, before, after) if path.endswith(".py") else ()),
        *(_tests(request, path, after, others) if is_test_file(path) else ()),
    ]


def _missing(request: str, path: str, before: str, after: str) -> Iterator[Problem]:
    for text in wanted_texts(request, path, before):
        if text not in after:
            yield Problem(f"the task speaks of {text}, which is not there", 3)


def _made_up(before: str, after: str) -> Iterator[Problem]:
    for match in _ELISION.finditer(after):
        line = match[0].strip()
        if line not in before:
            yield Problem(f"write all of it out, nothing like `{line}`", 6)
            return


def _lost(request: str, path: str, before: str, after: str) -> Iterator[Problem]:
    """Yield what is gone that the request does not speak of."""
    lost_keys = list(_lost_keys(request, path, before, after))
    yield from lost_keys
    for name in _definitions(path, before):
        plain = name.rpartition(".")[2]
        if name not in _definitions(path, after) and plain not in request:
            yield Problem(f"{name} has to stay as it is", 6)
    if not asks_for_removal(request) and not lost_keys:
        lost = _lost_lines(before, after)
        if len(lost) > max(_MOST_LOST, len(before.splitlines()) // 3):
            yield Problem("most of it has to stay as it is", FATAL)
        for line in lost[:_MOST_LOST]:
            yield Problem(f"`{line}` has to stay", 2)


def _lost_lines(before: str, after: str) -> list[str]:
    """Return the lines that are gone, and have become no line that is like them."""
    old = [line.strip() for line in before.splitlines()[:_MOST_LINES] if len(line.strip()) > 2]
    new = {line.strip() for line in after.splitlines()}
    fresh = [line for line in new if line not in before]
    return [
        line for line in old if line not in new and not any(_alike(line, other) for other in fresh)
    ]


def _alike(one: str, other: str) -> bool:
    return one in other or SequenceMatcher(None, one, other, autojunk=False).ratio() >= _ALIKE


def _definitions(path: str, text: str) -> list[str]:
    if path.endswith(".py"):
        names = names_of(text)
        return list(names.defined) if names is not None else []
    return [first or second for first, second in _DEFINED.findall(text)]


def _python(request: str, before: str | None, after: str) -> Iterator[Problem]:
    old, new = names_of(before or ""), names_of(after)
    if new is None:
        return
    known = old.unknown if old is not None else ()
    for name in new.unknown:
        if name not in known:
            # What was known before is broken now; something new may only be misspelt.
            lost = before is not None and re.search(rf"\b{re.escape(name)}\b", before)
            yield Problem(f"{name} is neither defined nor imported", FATAL if lost else 6)
    if asks_for_removal(request):
        kept = old.unused if old is not None and "import" not in request else ()
        unused = [name for name in new.unused if name not in kept]
        if unused:
            yield Problem(
                f"nothing uses these imports any more: {', '.join(unused)}. Remove them", 4
            )


def _tests(
    request: str, path: str, after: str, others: Mapping[str, Sequence[str]]
) -> Iterator[Problem]:
    modules = [
        name.removesuffix(".py").replace("/", ".") for name in others if name.endswith(".py")
    ]
    if not path.endswith(".py"):
        return
    if "def test" not in after:
        yield Problem("there is no test function in it", 6)
    if _RAISES.search(request) and "aises(" not in after:
        yield Problem("there is no test of the error: use assertRaises", 5)
    if modules and not any(
        re.search(rf"\b{re.escape(name.rpartition('.')[2])}\b", after) for name in modules
    ):
        yield Problem(f"it has to import what it tests from {modules[0]}", 4)


def _lost_keys(request: str, path: str, before: str, after: str) -> Iterator[Problem]:
    """Yield the settings that are gone or changed though the request speaks neither of them nor of their value."""
    old, new = _settings(path, before), _settings(path, after)
    if old is None or new is None:
        return
    words = set(re.findall(r"[\w.-]+", request.lower()))
    for key, value in old.items():
        name = key[-1].lower()
        spoken = name in words or any(
            part in words for part in re.split(r"[_-]", name) if len(part) > 2
        )
        if key not in new and not spoken and str(value).lower() not in words:
            yield Problem(f"{'.'.join(key)} has to stay", 6)
        if key in new and new[key] != value and not spoken and str(value).lower() not in words:
            yield Problem(f"{'.'.join(key)} has to stay {value!r}", 4)
    for key in new:
        if key not in old and not any(part.lower() in words for part in key[-1:]):
            yield Problem(f"nobody asked for {'.'.join(key)}", 4)


def _settings(path: str, text: str) -> dict[tuple[str, ...], Any] | None:
    """Return the values of a file of settings by their keys, None for another file."""
    try:
        if path.endswith(".json"):
            return dict(_flat(json.loads(text)))
        if path.endswith(".toml"):
            import tomllib

            return dict(_flat(tomllib.loads(text)))
        if path.endswith((".ini", ".cfg")):
            from configparser import ConfigParser, Error

            parser = ConfigParser(interpolation=None)
            try:
                parser.read_string(text)
            except Error:
                return None
            return dict(_flat({name: dict(parser[name]) for name in parser.sections()}))
        if path.endswith((".yaml", ".yml")):
            import yaml

            try:
                return dict(_flat(yaml.safe_load(text)))
            except yaml.YAMLError:
                return None
    except (ValueError, RecursionError):
        return None
    return None


def _flat(value: Any, key: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Yield the values that hold no others, lists whole."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _flat(inner, (*key, str(name)))
    elif key:
        yield key, value
