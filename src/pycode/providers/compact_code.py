"""The second question of a step that changes something: the code alone, asked for as small models know it, without examples.

Behind a conversation of actions a small model copies the code that it has just read. Asked for one piece of code, with the task, what
the tests say and the file, it writes it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pycode.providers.compact import Action
from pycode.providers.compact_places import Place, places, without_body
from pycode.providers.compact_text import Conversation

SYSTEM = "You are an expert programmer. You write correct, simple code."
"""Who the model is for this question."""

_CONTEXT = 3_500
_MISSING = re.compile(r"No module named '([\w.]+)'")
_PROSE = (".md", ".txt", ".csv", ".rst")
_FENCED = re.compile(r"```[^\n]*\n(.*?)(?:\n?```|\Z)", re.DOTALL)
_PAGE = re.compile(r"```[^\n]*\n(.*?)\n?(?:```\s*)?\Z", re.DOTALL)
_DEFINED = re.compile(r"^\s*(?:@.*\n\s*)*(?:async )?(def|class) (\w+)")


@dataclass(frozen=True, slots=True)
class CodeQuestion:
    """What the model is asked."""

    text: str
    """The question."""
    grammar: str
    """The grammar of the answer."""


def code_question(action: Action, value: Mapping[str, str], made: Conversation) -> CodeQuestion:
    """Return the question for the code of an action.

    Args:
        action: The action.
        value: Its fields.
        made: The conversation.
    """
    path = value.get("path", "")
    parts = [f"Task: {made.request}"]
    if made.ran is not None:
        parts.append(f"`{made.ran[0]}` says:\n{made.ran[1]}")
        parts += _module_hint(made.ran[1], made.files)
    place = _place(action, value, made)
    texts = dict(made.texts)
    way = "corrected" if made.fixes else "changed"
    # Every third question leaves out what stands there. It is copied only too easily; written anew from its name and its tests it
    # is often right.
    if made.fixes and made.tries % 3 == 1 and place is not None and not action.inserts:
        stub = without_body(place.text)
        if stub is not None:
            texts[path] = "\n".join(texts[path]).replace(place.text, stub).split("\n")
            way = ""
    parts += _files([path] if path in texts else list(texts), texts)
    parts.append(_wanted(action, path, place, way, known=path in texts))
    head = _head(place, action.inserts) if place is not None and path.endswith(".py") else ""
    return CodeQuestion("\n\n".join(parts), _grammar(path, head))


def read_code(text: str, path: str) -> str | None:
    """Return the code of an answer for a file, None where it has none."""
    fenced = (_PAGE if path.endswith(".md") else _FENCED).search(text)
    return fenced[1] if fenced else None


def _place(action: Action, value: Mapping[str, str], made: Conversation) -> Place | None:
    """Return what is changed, or stays before what is added; None for a whole file."""
    field = next((item for item in action.fields if item.kind == "lines"), None)
    name = value.get(field.name) if field is not None else None
    if name is None:
        return None
    path = value.get("path", "")
    found = places(path, made.texts.get(path, ())) or []
    return next((place for place in found if place.name == name), Place(name, name))


def _module_hint(output: str, files: Sequence[str]) -> list[str]:
    """Return which module is missing and which there are, where the output tells of one."""
    missing = _MISSING.search(output)
    if missing is None:
        return []
    modules = [path.removesuffix(".py").replace("/", ".") for path in files if path.endswith(".py")]
    return [f"There is no module {missing[1]}; there are {', '.join(modules[:20])}."]


def _files(paths: Sequence[str], texts: Mapping[str, Sequence[str]]) -> list[str]:
    """Return the files, as far as there is room."""
    shown: list[str] = []
    room = _CONTEXT
    for path in paths:
        text = "\n".join(texts[path])
        if len(text) > room and shown:
            break
        text = text[:room]
        room -= len(text)
        shown.append(f"This is {path}:\n```{_language(path)}\n{text}\n```")
    return shown


def _wanted(action: Action, path: str, place: Place | None, way: str, *, known: bool) -> str:
    end = "as a code block. Write nothing else."
    if place is None:
        what = f"the whole {way} file" if known else "the whole new file"
        if path.endswith(_PROSE):
            what = f"the text of {what}"
        return f"Write {what} {path} for this task {end}"
    if action.inserts:
        return f"Write only the new code that this task needs, to stand behind `{place.name.strip()}`, {end}"
    defined = _DEFINED.match(place.text)
    if defined is None:
        return f"These lines of it have to change:\n```\n{place.text}\n```\nWrite these lines as they should be, {end}"
    what = f"{'class' if defined[1] == 'class' else 'function'} {defined[2]}"
    return " ".join(filter(None, ("Write the", way, what, end)))


def _language(path: str) -> str:
    return "python" if path.endswith(".py") else ""


def _head(place: Place, inserts: bool) -> str:
    """Return the rule for the first line of a definition, empty where anything may be written."""
    if inserts:
        return r"[ \t]* [^`\n@ \t] [^\n]*"
    defined = _DEFINED.match(place.text)
    if defined is None:
        return ""
    indent = '"    "?' if place.text.startswith(" ") else ""
    return rf'{indent} "async "? "{defined[1]} {defined[2]}" [^\n]*'


def _grammar(path: str, head: str) -> str:
    """Return the grammar of code: anything, or one definition, since what comes after it in the file would only be copied."""
    if head:
        return rf"""
root ::= "```python\n" ([ \t]* "@" [^\n]* "\n")* {head} "\n" inner* "```"
inner ::= "\n"? "\n"? [ \t)\]}}] [^\n]* "\n"
""".strip()
    if path.endswith(".md"):
        # Pages have blocks of their own, which say what they hold; a bare fence ends the page.
        return r"""
root ::= "```markdown\n" (line | block)+ "```"
block ::= "```" [a-z]+ "\n" line+ "```\n"
line ::= ([^`\n] [^\n]* | "`" [^`\n] [^\n]*)? "\n"
""".strip()
    return rf"""
root ::= "```{_language(path)}\n" line+ "```"
line ::= ([^`\n] [^\n]*)? "\n"
""".strip()
