"""What a small model is told beside a file that it is to change: how such a thing is done, picked by rule for the request and the file.

It stands for worked examples of whole turns, of which there would be many: a line or two for what a model of this size forgets.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from pycode.providers.compact import is_test_file
from pycode.providers.compact_names import names_of, public_names
from pycode.providers.compact_request import asks_for_removal

_DEMAND = re.compile(
    r"(?<=[.!?;:])\s+|,? (?:and|or) (?=(?:also|that|when|if|it|then|with|without|not|add|print|exit|return|remove|set|switch|leave|what)\b)|"
    r", (?=(?:otherwise|but|which|and)\b)"
)
_ERRORS = re.compile(r"\b(errors?|raises?|exception|invalid|wrong|refused?)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Hint:
    about: re.Pattern[str]
    endings: tuple[str, ...]
    text: str


_BAD_INPUT = re.compile(
    r"\b(traceback|crash\w*|not (?:be )?a(?:n)? (?:number|integer|date)|(?:bad|wrong|invalid|broken|malformed) \w+|"
    r"(?:does not|doesn't) exist|missing|not found|empty|skip\w*|gracefully)\b",
    re.IGNORECASE,
)
_OPTION = re.compile(r"\boptions?\b|\bflags?\b|\bswitch(?:es)?\b|(?<![\w-])--?[a-z]", re.IGNORECASE)
_HINTS = (
    _Hint(
        _BAD_INPUT,
        (".py",),
        "Python tells of bad input with exceptions, such as ValueError or FileNotFoundError: catch them around the lines that raise them.",
    ),
    _Hint(
        _OPTION,
        (".sh",),
        'An option of a shell script is looked for before its arguments are used, and then taken away:\nif [ "$1" = "-x" ]; then x=1; shift; '
        'else x=""; fi\nAfterwards it decides: if [ -z "$x" ]; then ...; fi',
    ),
)


def hints(request: str, path: str, texts: Mapping[str, Sequence[str]]) -> list[str]:
    """Return what is told beside a file that is to change.

    Args:
        request: The request.
        path: The file.
        texts: The lines of the files that were read.
    """
    if path.endswith(".py") and is_test_file(path):
        return list(_for_tests(request, texts))
    found = [h.text for h in _HINTS if path.endswith(h.endings) and h.about.search(request)]
    if path.endswith(".py") and asks_for_removal(request) and "import" in request:
        names = names_of("\n".join(texts.get(path, ())))
        if names is not None and names.unused:
            found.append(f"Nothing in {path} uses these imports: {', '.join(names.unused)}.")
    return found


def demands(request: str) -> list[str]:
    """Return the parts of a request that asks for more than one thing, none for a plain one.

    Args:
        request: The request.
    """
    parts = [part.strip() for part in _DEMAND.split(" ".join(request.split()))]
    parts = [part for part in parts if len(part) > 8]
    return parts if 2 <= len(parts) <= 6 else []


def _for_tests(request: str, texts: Mapping[str, Sequence[str]]) -> Iterator[str]:
    imports = [
        f"from {name.removesuffix('.py').replace('/', '.')} import {', '.join(names)}"
        for name in texts
        if name.endswith(".py") and not is_test_file(name)
        if (names := public_names("\n".join(texts[name])))
    ]
    if imports:
        yield "What is tested is imported so:\n" + "\n".join(imports)
    if _ERRORS.search(request):
        yield "That an error is raised is tested with `with self.assertRaises(ValueError):` and the wrong call below it."
