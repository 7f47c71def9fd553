"""The second question of a step that changes something: the code alone, asked for as small models know it, without examples.

Behind a conversation of actions a small model copies the code that it has just read. Asked for one piece of code, with the task, what
the tests say and the file, it writes it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches, unified_diff
from pathlib import PurePosixPath

from pycode.providers.compact import Action
from pycode.providers.compact_check import FATAL, Draft
from pycode.providers.compact_conversation import Conversation
from pycode.providers.compact_hints import demands, hints
from pycode.providers.compact_places import Place, places, without_body

SYSTEM = "You are an expert programmer. You write correct, simple code."
"""Who the model is for this question."""

_CONTEXT = 3_500
_MOST_TOLD = 4
_MORE_LINES = 2
_MISSING = re.compile(r"No module named '([\w.]+)'")
_PROSE = (".md", ".txt", ".csv", ".rst")
_FENCED = re.compile(r"```[^\n]*\n(.*?)(?:\n?```|\Z)", re.DOTALL)
_PAGE = re.compile(r"`{3,4}[^\n]*\n(.*?)\n?(?:`{3,4}\s*)?\Z", re.DOTALL)
_LANGUAGES = {
    ".py": "python",
    ".js": "javascript",
    ".sh": "bash",
    ".html": "html",
    ".css": "css",
    ".json": "json",
    ".yaml": "yaml",
    ".yml": "yaml",
    ".toml": "toml",
    ".ini": "ini",
    ".csv": "csv",
    ".md": "markdown",
}
_DEFINED = re.compile(r"^\s*(?:@.*\n\s*)*(?:async )?(def|class) (\w+)")


@dataclass(frozen=True, slots=True)
class CodeQuestion:
    """What the model is asked."""

    text: str
    """The question."""
    grammar: str
    """The grammar of the answer."""
    refines: bool = False
    """Whether what the model gave before is to be made better."""


def code_question(
    action: Action, value: Mapping[str, str], made: Conversation, draft: Draft | None = None
) -> CodeQuestion:
    """Return the question for the code of an action.

    Args:
        action: The action.
        value: Its fields.
        made: The conversation.
        draft: What it gave before, with which something is wrong.
    """
    path = value.get("path", "")
    parts = [f"Task: {made.request}"]
    if made.ran is not None:
        parts.append(f"`{made.ran[0]}` says:\n{made.ran[1]}")
        parts += _module_hint(made.ran[1], made.files)
    place = _place(action, value, made)
    texts = dict(made.texts)
    way = "corrected" if made.fixes or made.failed is not None else "changed"
    refines = (
        draft is not None and draft.code is not None and draft.weight < FATAL and place is None
    )
    if draft is not None and draft.code is not None and refines:
        texts[path], way = draft.code.split("\n"), "corrected"
    # Every third question leaves out what stands there. It is copied only too easily; written anew from its name and its tests it
    # is often right.
    if made.failed is not None and made.again % 3 == 1 and place is not None and not action.inserts:
        stub = without_body(place.text)
        if stub is not None:
            texts[path] = "\n".join(texts[path]).replace(place.text, stub).split("\n")
            way = ""
    about = _about(path, made)
    parts += _files(about if path in about or not refines else [*about, path], texts)
    parts += hints(made.request, path, made.texts)
    wants = demands(made.request) if way != "" and not (made.fixes and made.failed) else []
    if wants:
        parts.append(
            "\n".join(["The task asks for all of this:", *(f"- {want}" for want in wants)])
        )
    if draft is not None:
        said = "; ".join(problem.text for problem in draft.told[:_MOST_TOLD])
        parts.append(f"This {path} is not right yet: {said}." if refines else f"Take care: {said}.")
    parts.append(_wanted(action, path, place, way, known=path in texts))
    head = _head(place, action.inserts) if place is not None and path.endswith(".py") else ""
    form = _grammar(path, head)
    if place is not None and not head and not action.inserts and path.endswith(".py"):
        # A statement becomes few lines; more would be what comes after it in the file.
        form = form.replace("line+", f"line{{1,{place.text.count(chr(10)) + _MORE_LINES}}}", 1)
    if draft is not None and not refines:
        # Having said what has to change, it copies less.
        parts.append("Before the code block say in one sentence what has to change for the task.")
        form = form.replace("root ::= ", r'root ::= [A-Z] [^\n`]{1,160} "\n\n" ', 1)
    return CodeQuestion("\n\n".join(parts), form, refines)


def closing_question(made: Conversation) -> CodeQuestion:
    """Return the question for what the user is told at the end of a turn whose changes are made.

    Args:
        made: The conversation.
    """
    parts = [f"Task: {made.request}", "This was done:"]
    room = _CONTEXT // 2
    for path, old, new in made.edits:
        lines = unified_diff(old.splitlines(), new.splitlines(), path, path, n=0, lineterm="")
        text = "\n".join(line for line in lines if not line.startswith(("---", "+++", "@@")))
        parts.append(f"{path}:\n{text[:room]}")
        room = max(room - len(text), 0)
    if made.ran is not None and made.checked:
        parts.append(f"`{made.ran[0]}` says:\n{made.ran[1]}")
    parts.append("Tell the user in one short sentence what was changed, and in which file.")
    return CodeQuestion("\n\n".join(parts), "root ::= [A-Z`] [^\n]+")


def read_code(text: str, path: str) -> str | None:
    """Return the code of an answer for a file, None where it has none."""
    fenced = (_PAGE if path.endswith(".md") else _FENCED).search(text)
    return fenced[1] if fenced else None


def _about(path: str, made: Conversation) -> list[str]:
    """Return the files that are shown: the one that changes, behind others that were read unless a command that fails tells enough."""
    others = [name for name in made.texts if name != path]
    if path not in made.texts:
        return others
    return [path] if made.fixes and made.failed is not None else [*others, path]


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
    said = f"There is no module {missing[1]}; there are {', '.join(modules[:20])}."
    close = get_close_matches(missing[1], modules, 1)
    return [f"{said} Probably {close[0]} is meant." if close else said]


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
        fence = _fence(path)
        shown.append(f"This is {path}:\n{fence}{_language(path)}\n{text}\n{fence}")
    return shown


def _wanted(action: Action, path: str, place: Place | None, way: str, *, known: bool) -> str:
    end = "as a code block. Write nothing else."
    if place is None:
        what = f"the whole {way} file" if known else "the whole new file"
        kept = "Keep what the task does not speak of exactly as it is. " if known else ""
        if path.endswith(_PROSE):
            what = f"the text of {what}"
        return f"{kept}Write {what} {path} for this task {end}"
    if action.inserts:
        return f"Write only the new code that this task needs, to stand behind `{place.name.strip()}`, {end}"
    defined = _DEFINED.match(place.text)
    if defined is None:
        return f"These lines of it have to change:\n```\n{place.text}\n```\nWrite these lines as they should be, {end}"
    what = f"{'class' if defined[1] == 'class' else 'function'} {defined[2]}"
    return " ".join(filter(None, ("Write the", way, what, end)))


def _fence(path: str) -> str:
    """Return what a file stands between: pages have blocks of their own."""
    return "````" if path.endswith(".md") else "```"


def _language(path: str) -> str:
    return _LANGUAGES.get(PurePosixPath(path).suffix, "")


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
        return r"""
root ::= "````markdown\n" (line | block)+ "```" "`"?
block ::= "```" [a-z]* "\n" line+ "```\n"
line ::= ([^`\n] [^\n]* | "`" "`"? [^`\n] [^\n]*)? "\n"
""".strip()
    return rf"""
root ::= "```{_language(path)}\n" line+ "```"
line ::= ([^`\n] [^\n]*)? "\n"
""".strip()
