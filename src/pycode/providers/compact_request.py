"""What can be read from a request by rule: the files and names that it speaks of, what has to change, and what has to stand there then.

A small model plans badly. What is plain from the request's own words it is not asked.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import PurePosixPath

from pycode.providers.compact import asks_for_tests, is_test_file, named_commands, named_files

_CHANGES = re.compile(
    r"\b(add|write|create|make|put|set|change|switch|remove|delete|drop|replace|give|turn|update|bring|let|convert|extend|implement|"
    r"fix|repair|correct|document|describe|mention|insert|append|print|skip|ignore|clean|sort|rewrite|improve|needs?|lacks|should|must|"
    r"has to|have to|want|would like|missing)\b",
    re.IGNORECASE,
)
_ASKS = re.compile(
    r"^\s*(what|which|how|why|where|who|when|does|do|is|are|can|tell|explain|show)\b", re.IGNORECASE
)
_RENAMES = re.compile(r"\b(renam\w*|(every|all) (file|place|module)s?|everywhere)\b", re.IGNORECASE)
_MOVES = re.compile(r"\bmove\b", re.IGNORECASE)
_RUNS = re.compile(r"^\s*(please )?(run|execute|start|call)\b", re.IGNORECASE)
_REMOVES = re.compile(
    r"\b(remov\w*|delet\w*|drop|clean\w*|get rid|take out|unused|dead)\b", re.IGNORECASE
)
_DOCUMENTS = re.compile(r"\b(readme|section|page|document\w*|docs)\b", re.IGNORECASE)
_WRITTEN_TO = re.compile(
    r"\b(?:to|into|in|from|of)\s+(?:the (?:file|script|page|module)\s+)?[\"`']?$", re.IGNORECASE
)
_IS_SUBJECT = re.compile(
    r"^[\"`']?\s+(?:needs?|should|lacks|has|imports|crashes|ends|must)\b",
    re.IGNORECASE,
)

_QUOTED = re.compile(r"\"([^\"\n]{1,200})\"|`([^`\n]{1,200})`|(?<!\w)'([^'\n]{1,200})'(?!\w)")
_EXAMPLE = re.compile(
    r"(such as|like|e\.g\.,?|for example|for instance|say|here|call|called with|of)\s*\(?$",
    re.IGNORECASE,
)
_OPTION = re.compile(r"(?<![\w-])(--[a-z][\w-]+|-[A-Za-z])(?![\w-])")
_CALLED = re.compile(r"\b(\w*[A-Za-z]\w*)\(")
_NAMED = re.compile(
    r"\b(?:function|method|class|setting|key|variable|option|field|column|command|constant|attribute)\s+(?:named |called )?(\w+)\b"
    r"(?!\.\w)"
)
_CODE_NAME = re.compile(
    r"\b([A-Z][A-Z0-9]*_[A-Z0-9_]+|[a-z]\w*_\w+|[A-Z][a-z0-9]+(?:[A-Z][a-z0-9]*)+)\b(?!\.\w)"
)
_ADDRESS = re.compile(r"\b[\w.+-]+@[\w-]+\.[\w.-]*\w|https?://[^\s\"'<>)]*[\w/]")
_NUMBER = re.compile(r"(?<![\w.])\d+(?:\.\d+)*(?![\w]|\.\d)")
_PLACEHOLDER = re.compile(r"\b[A-Z][A-Z_]*\b|<[^>]*>|\{[^}]*\}|\.\.\.|\[[^\]]*\]")
_DEFINES = (
    r"\b(?:class|def|function|const|let|var|struct|func|fn)\s+{0}\b|^\s*{0}\s*(?:\(\)\s*\{{|=)"
)
_COMMON = frozenset(
    (
        "the",
        "a",
        "an",
        "and",
        "that",
        "this",
        "which",
        "it",
        "is",
        "in",
        "of",
        "to",
        "for",
        "with",
        "as",
        "from",
        "by",
        "called",
    )
)

_CONFIG = (".json", ".yaml", ".yml", ".toml", ".ini", ".cfg", ".conf", ".env")
_PROGRAMS = (".py", ".js", ".ts", ".sh", ".html", ".css", ".md", ".rst")


def asks_for_change(request: str) -> bool:
    """Whether files are to be changed, and not only a question answered or a command run."""
    sentences = re.split(r"(?<=[.!?])\s+", request.strip())
    orders = [text for text in sentences if not (_ASKS.match(text) and text.endswith("?"))]
    orders = [text for text in orders if not _RUNS.match(text)]
    return any(_CHANGES.search(text) for text in orders)


def asks_for_removal(request: str) -> bool:
    """Whether something is to be taken away."""
    return _REMOVES.search(request) is not None


def asks_for_rename(request: str) -> bool:
    """Whether something is to change in every place where it is found."""
    return _RENAMES.search(request) is not None


def files_spoken_of(request: str, files: Sequence[str]) -> list[str]:
    """Return the project's files that a request names, in its order: by path, by name, or by the stem in capitals (README).

    Args:
        request: The request.
        files: The project's files.
    """
    found: dict[str, int] = {}
    names = [PurePosixPath(path).name for path in files]
    for path, name in zip(files, names, strict=True):
        ways = [path]
        if names.count(name) == 1:
            ways.append(name)
        stem = PurePosixPath(name).stem
        if stem.isupper() and len(stem) > 3 and "/" not in path:
            ways.append(stem)
        spots = [spot for way in ways for spot in _spots(request, way)]
        if spots:
            found[path] = min(spots)
    return sorted(found, key=lambda path: found[path])


def target_of(request: str, files: Sequence[str]) -> str | None:
    """Return the one file that has to change, None where the request's words leave that open.

    Args:
        request: The request.
        files: The project's files.
    """
    named = files_spoken_of(request, files)
    if _RENAMES.search(request) or _MOVES.search(request) or not asks_for_change(request):
        return None
    if any(
        not any(f"/{path}".endswith(f"/{new}") for path in files) for new in named_files(request)
    ):
        return None
    if asks_for_tests(request):
        named = [path for path in named if is_test_file(path)]
    elif _DOCUMENTS.search(request) and any(path.endswith((".md", ".rst")) for path in named):
        named = [path for path in named if path.endswith((".md", ".rst"))]
    else:
        named = [path for path in named if not is_test_file(path)]
    if len(named) > 1:
        named = [path for path in named if _is_changed(request, path)]
    return named[0] if len(named) == 1 else None


def new_file_of(request: str, files: Sequence[str]) -> str | None:
    """Return the one program or page that is to be written, None where there is none, or what stands in it is to be found out.

    Args:
        request: The request.
        files: The project's files.
    """
    wanted = [path for path in named_files(request) if path not in files]
    if len(wanted) != 1 or not wanted[0].endswith(_PROGRAMS) or _RUNS.match(request):
        return None
    return wanted[0]


def names_in(request: str) -> list[str]:
    """Return the names of code that a request speaks of, the plainest first."""
    found = [*_CALLED.findall(request), *_NAMED.findall(request), *_CODE_NAME.findall(request)]
    found += re.findall(r"\b(?:[Gg]ive|[Ii]n|[Tt]o|[Cc]lass) ([A-Z][a-z]+)\b", request)
    return [
        name
        for name in dict.fromkeys(found)
        if name.lower() not in _COMMON and len(name) > 2 and not name.endswith("Error")
    ]


def defining_file(name: str, hits: Mapping[str, Iterable[str]]) -> str | None:
    """Return the file in which a name is defined, None when a search found none.

    Args:
        name: The name.
        hits: The lines that hold it, by file.
    """
    pattern = re.compile(_DEFINES.format(re.escape(name)))
    found = [path for path, lines in hits.items() if any(pattern.search(line) for line in lines)]
    return next(iter(sorted(found, key=is_test_file)), None)


def wanted_texts(request: str, path: str, known: str) -> list[str]:
    """Return what has to stand in a file when a request was done, as far as its words tell: names, options, texts, values.

    Args:
        request: The request.
        path: The file.
        known: What stands in it now: what is there already says nothing.
    """
    wanted: list[str] = []
    commands = named_commands(request)
    spans: list[tuple[int, int]] = []
    for match in _QUOTED.finditer(request):
        text = next(filter(None, match.groups()), "")
        spans.append(match.span())
        if text in commands or _EXAMPLE.search(request[: match.start()]):
            continue
        wanted += [part for part in map(_fixed, _PLACEHOLDER.split(text)) if part]
    wanted += _OPTION.findall(request)
    plain = "".join(
        " " if any(first <= at < last for first, last in spans) else char
        for at, char in enumerate(request)
    )
    if path.endswith(_CONFIG):
        wanted += [*_NUMBER.findall(plain), *_NAMED.findall(plain), *_CODE_NAME.findall(plain)]
    elif is_test_file(path):
        wanted += _CALLED.findall(plain)
    else:
        wanted += [*_CALLED.findall(plain), *_ADDRESS.findall(plain)]
    return [
        text
        for text in dict.fromkeys(wanted)
        if text not in known and text.lower() not in _COMMON and text != path and len(text) > 1
    ]


def _spots(text: str, name: str) -> list[int]:
    pattern = rf"(?<![\w/.-]){re.escape(name)}(?![\w/-]|\.\w)"
    return [match.start() for match in re.finditer(pattern, text)]


def _is_changed(request: str, path: str) -> bool:
    """Whether a request's words around a file say that this one is to change."""
    for way in (path, PurePosixPath(path).name):
        for spot in _spots(request, way):
            before, after = request[:spot], request[spot + len(way) :]
            sentence = re.split(r"[.!?:]\s", before)[-1]
            if _IS_SUBJECT.match(after) or (
                _WRITTEN_TO.search(before) and _CHANGES.search(sentence)
            ):
                return True
    return False


def _fixed(text: str) -> str:
    """Return a part of a quoted text without what may be written in more than one way at its ends."""
    text = text.strip(" :;,.!?-/")
    return text if len(text) > 1 or text.isdigit() else ""
