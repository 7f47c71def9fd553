"""The grammar that lets a model write nothing but actions, in llama.cpp's GBNF.

It holds what is known of the project: an action on a file takes one that there is, and a change takes a place that is in it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from pycode.providers.compact import Action, Field
from pycode.providers.compact_places import fewest, places

ANSWER = "answer"
"""The action that ends the turn; its one field is `text`."""

_STRINGS = r"""
text ::= "\"" char+ "\""
char ::= [^"\\\x00-\x1F\x7F] | "\\" ["\\nt]
name ::= "\"" [A-Za-z0-9_.-]+ "\""
new-path ::= "\"" [A-Za-z0-9_./-]+ "\""
""".strip()
_RULES = {"path": "path", "new_path": "new-path", "name": "name", "text": "text", "plain": "text"}


@dataclass(frozen=True, slots=True)
class Scope:
    """What there is to act on."""

    files: Sequence[str]
    """The files that there are."""
    unread: Sequence[str]
    """Those of them that there is a reason to read."""
    texts: Mapping[str, Sequence[str]]
    """The lines of the files that may be changed."""
    whole: frozenset[str] = frozenset()
    """Those of them that are changed as a whole."""
    commands: Sequence[str] = ()
    """The only commands that may be run; any when empty."""
    wanted: Sequence[str] = ()
    """The only files that may be made; any when empty."""


def grammar(actions: Sequence[Action], scope: Scope, *, answers: bool = True) -> str:
    """Return the grammar of one step: one action, or the answer.

    Args:
        actions: What the model may do.
        scope: What there is to act on.
        answers: Whether it may answer.
    """
    places_of, rules = _place_rules(scope.texts)
    names: list[str] = []
    for action in actions:
        rule = _rule(action, scope, places_of)
        if rule is not None:
            names.append(action.name)
            rules.append(rule)
    rules.append(f"{ANSWER} ::= {_literal(_begin(ANSWER) + _key('text'))} text {_literal('}')}")
    if answers or not names:
        names.append(ANSWER)
    for name, paths in (("path", scope.files), ("unread", scope.unread)):
        if paths:
            rules.append(f"{name} ::= {' | '.join(_literal(_json(path)) for path in paths)}")
    return "\n".join([f"root ::= {' | '.join(names)}", *rules, _STRINGS])


def _rule(action: Action, scope: Scope, places_of: Mapping[str, str]) -> str | None:
    """Return the rule of an action, None when there is nothing that it can act on."""
    kinds = {item.kind: item for item in action.fields}
    begin = _literal(_begin(action.name))
    if "lines" in kinds:
        ways = list(_ways(action, kinds["path"], kinds["lines"], scope, places_of))
        return f"{action.name} ::= {begin} ({' | '.join(ways)}) {_literal('}')}" if ways else None
    parts = [begin]
    for item in action.fields:
        if item.kind == "code":
            continue
        rule = _RULES[item.kind]
        if item.kind == "path":
            rule = "unread" if action.tool == "read" else "path"
            if not (scope.unread if action.tool == "read" else scope.files):
                return None
        chosen = scope.wanted if item.kind == "new_path" else ()
        if item.name == "command":
            chosen = scope.commands
        if chosen:
            rule = f"({' | '.join(_literal(_json(text)) for text in chosen)})"
        parts += [_literal(_key(item.name)), rule]
    return f"{action.name} ::= {' '.join(parts)} {_literal('}')}"


def _ways(
    action: Action, path: Field, lines: Field, scope: Scope, places_of: Mapping[str, str]
) -> Iterator[str]:
    """Yield the ways to name what is changed: a file, and a place in it unless it is changed as a whole."""
    for name in scope.texts:
        begin = f"{_key(path.name)}{_json(name)}"
        if name in scope.whole:
            if action.has_code and not action.inserts:
                yield _literal(begin)
        elif name in places_of:
            yield f"{_literal(begin + _key(lines.name))} {places_of[name]}"


def _place_rules(texts: Mapping[str, Sequence[str]]) -> tuple[dict[str, str], list[str]]:
    """Return the rule of the places of each file that has any, and all the rules that these need."""
    names: dict[str, str] = {}
    rules: list[str] = []
    for number, (path, lines) in enumerate(texts.items()):
        name = f"place-{number}"
        known = places(path, lines)
        if known is None:
            found = _blocks(name, lines)
        else:
            choices = " | ".join(_literal(_json(place.name)) for place in known)
            found = [f"{name} ::= {choices}"] if known else []
        if found:
            names[path] = name
            rules += found
    return names, rules


def _blocks(prefix: str, lines: Sequence[str]) -> list[str]:
    """Return the rules for whole lines in a row, from any line on, as many as are found in one place only."""
    starts: list[str] = []
    rules: list[str] = []
    for index, line in enumerate(lines):
        count = fewest(lines, index)
        if not line.strip() or count is None:
            continue
        text = _json("\n".join(lines[index : index + count]))[1:-1]
        starts.append(f"{_literal(text)} {prefix}-{index + count}")
    if not starts:
        return []
    for index in range(1, len(lines)):
        text = _json("\n" + lines[index])[1:-1]
        rules.append(f"{prefix}-{index} ::= ({_literal(text)} {prefix}-{index + 1})?")
    rules.append(f'{prefix}-{len(lines)} ::= ""')
    quote = _literal('"')
    return [f"{prefix} ::= {quote} ({' | '.join(starts)}) {quote}", *rules]


def _begin(name: str) -> str:
    return f'{{"action":"{name}"'


def _key(name: str) -> str:
    return f',"{name}":'


def _json(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _literal(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
