"""The forms in which programs that can do more are known to change nothing: `sed -n 1,20p`, `tar -tf`, `[ -f x ]`, `cd src`."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Final

from pycode.permissions.options import Parsed, parse_options
from pycode.permissions.special_programs import is_awk_hazard

Judgement = tuple[str | None, list[str]]
"""Why a command is not read-only, or None; and the words that it may read as files."""

_ADDRESS = r"(?:[0-9]+|\$|/(?:\\[^\n]|[^/\\\[\n])*/)"
_SED_SCRIPT = re.compile(
    rf"(?:{_ADDRESS}(?:,{_ADDRESS})?)?!?"
    r"(?:[pdq=]|s([/|,#:@%])(?:\\[^\n]|(?!\1)[^\\\[\n])*\1(?:\\[^\n]|(?!\1)[^\\\n])*\1[gpI0-9]*)"
)
_SED_OPTION = re.compile(r"-[nEr]+|--quiet|--silent|--regexp-extended")
_SED_EXPRESSION = re.compile(r"-[nEr]*e|--expression")
_JQ_HAZARD = re.compile(
    r"\b(?:import|include|modulemeta|env|input_filename|debug|stderr|halt)\b|\$ENV|\$__"
)
_TEST = re.compile(
    r"-[bcdefghknprstuwxzLSGNO]|-[no]t|-ef|-eq|-ne|-lt|-le|-gt|-ge|-a|-o|!|\(|\)|==?|!=|<|>"
)
_TEST_TEXT = frozenset(
    ["-n", "-z", "-t", "=", "==", "!=", "<", ">", "-eq", "-ne", "-lt", "-le", "-gt", "-ge"]
)
_TAR_LETTERS = re.compile(r"-?[tvfzjJ]+")
_PS: Final[tuple[list[str], ...]] = (["aux"], ["ax"], ["-e"], ["-ef"], ["-A"], ["-a"], ["-f"], [])


def _any(words: Sequence[str]) -> Judgement:
    return None, []


def _command(words: Sequence[str]) -> Judgement:
    if len(words) > 1 and words[0] in ("-v", "-V") and not words[1].startswith("-"):
        return None, []
    return "command runs what it is given; only command -v NAME is read-only", []


def _cd(words: Sequence[str]) -> Judgement:
    if len(words) == 1 and not words[0].startswith("-"):
        return None, list(words)
    return "cd is only read-only as: cd FOLDER", []


def _printf(words: Sequence[str]) -> Judgement:
    if words and not words[0].startswith("-"):
        return None, []
    return "printf is only read-only as: printf FORMAT WORDS", []


def _test(words: Sequence[str]) -> Judgement:
    if any(word.startswith("-") and not _TEST.fullmatch(word) for word in words):
        return "not every test is known to be read-only", []
    files = [
        word
        for index, word in enumerate(words)
        if not _TEST.fullmatch(word) and not _TEST_TEXT & set(words[max(index - 1, 0) : index + 2])
    ]
    return None, files


def _bracket(words: Sequence[str]) -> Judgement:
    return _test(words[:-1]) if words[-1:] == ["]"] else ("a [ without a ]", [])


def _sed(words: Sequence[str]) -> Judgement:
    rest = list(words)
    scripts: list[str] = []
    while rest and (_SED_OPTION.fullmatch(rest[0]) or _SED_EXPRESSION.fullmatch(rest[0])):
        if _SED_EXPRESSION.fullmatch(rest.pop(0)):
            scripts.append(rest.pop(0) if rest else "w")
    if not scripts:
        scripts.append(rest.pop(0) if rest else "w")
    plain = all(_SED_SCRIPT.fullmatch(script) for script in scripts)
    if plain and not any(file.startswith("-") for file in rest):
        return None, rest
    return "sed is only read-only as plain scripts: sed -n 'FIRST,LASTp' FILE", []


def _awk(words: Sequence[str]) -> Judgement:
    parsed = parse_options("awk", "-F= -v=", words)
    program, *files = parsed.operands or ["|"]
    if parsed.problem is None and not is_awk_hazard(program):
        return None, [file for file in files if "=" not in file]
    return parsed.problem or "an awk program may run something, read or write files", []


def _jq(words: Sequence[str]) -> Judgement:
    options = "-rcnSesMCaj --raw-output --compact-output --null-input --sort-keys --exit-status --slurp --tab --join-output"
    parsed = parse_options("jq", options, words)
    program, *files = parsed.operands or ["env"]
    if parsed.problem is None and not _JQ_HAZARD.search(program):
        return None, files
    return parsed.problem or "a jq program may read other files or the environment", []


def _tar(words: Sequence[str]) -> Judgement:
    listing = len(words) == 2 and _TAR_LETTERS.fullmatch(words[0]) and words[0].endswith("f")
    if listing and "t" in words[0] and ":" not in words[1] and not words[1].startswith("-"):
        return None, [words[1]]
    return "tar is only read-only as: tar -tf FILE", []


def _unzip(words: Sequence[str]) -> Judgement:
    if len(words) == 2 and words[0] in ("-l", "-v", "-Z1") and not words[1].startswith("-"):
        return None, [words[1]]
    return "unzip is only read-only as: unzip -l FILE", []


def _ps(words: Sequence[str]) -> Judgement:
    problem = None if list(words) in _PS else "of ps only ps, ps aux and ps -ef are read-only"
    return problem, []


def _one_file(program: str, options: str) -> Callable[[Sequence[str]], Judgement]:
    """Return what judges a program whose second file would be written."""

    def judge(words: Sequence[str]) -> Judgement:
        parsed: Parsed = parse_options(program, options, words)
        problem = parsed.problem
        if len(parsed.operands) > 1:
            problem = problem or f"{program} writes to its second file"
        return problem, parsed.operands

    return judge


FORMS: Final[dict[str, Callable[[Sequence[str]], Judgement]]] = {
    ":": _any,
    "[": _bracket,
    "awk": _awk,
    "base64": _one_file("base64", "-d -w= --decode --wrap="),
    "cd": _cd,
    "command": _command,
    "echo": _any,
    "exit": _any,
    "jq": _jq,
    "printf": _printf,
    "ps": _ps,
    "sed": _sed,
    "tar": _tar,
    "test": _test,
    "unzip": _unzip,
    "xxd": _one_file("xxd", "-aub -c= -g= -l= -s= -p"),
}
"""Program to what judges its words."""
