"""Path patterns as models write them: `*.py`, `src/**/*.{ts,tsx}`, `test_?[0-9].c`.

ripgrep's own `--glob` also shows what the ignore rules hide, so a pattern with a folder in it is matched here.
"""

from __future__ import annotations

import re

_MAX_ALTERNATIVES = 64


def compile_glob(pattern: str) -> re.Pattern[str]:
    """Return a regular expression for `fullmatch` on a relative path with `/`.

    A pattern without `/` fits a name in any folder. `**` is any number of folders, `*` and `?` stay inside a name. Matching
    takes time in proportion to the path: what follows a `*` is looked for once.

    Raises:
        ValueError: The pattern is not closed, or has too many alternatives.
    """
    pattern = pattern.removeprefix("./")
    alternatives = [_path_pattern(option) for option in _expanded(pattern)]
    return re.compile("|".join(alternatives), re.DOTALL)


def _expanded(pattern: str) -> list[str]:
    """Return the patterns without braces that `pattern` stands for."""
    done: list[str] = []
    waiting = [pattern]
    while waiting:
        current = waiting.pop(0)
        group = _first_group(current)
        if group is None:
            done.append(current)
        else:
            start, end, options = group
            waiting += [current[:start] + option + current[end:] for option in options]
        if len(done) + len(waiting) > _MAX_ALTERNATIVES:
            raise ValueError("the pattern has too many alternatives in braces")
    return done


def _first_group(pattern: str) -> tuple[int, int, list[str]] | None:
    start = pattern.find("{")
    if start < 0:
        return None
    depth = 0
    options: list[str] = []
    begin = start + 1
    for index in range(start, len(pattern)):
        character = pattern[index]
        if character == "{":
            depth += 1
        elif character == "}":
            depth -= 1
        if depth == 0 or (depth == 1 and character == ","):
            options.append(pattern[begin:index])
            begin = index + 1
        if depth == 0:
            return start, index + 1, options
    raise ValueError("a brace in the pattern is not closed")


def _path_pattern(pattern: str) -> str:
    parts = [part for part in pattern.split("/") if part]
    if "/" not in pattern:
        parts = ["**", *parts]
    pieces: list[str] = []
    for index, part in enumerate(parts):
        last = index == len(parts) - 1
        if part == "**":
            if not last and parts[index + 1] == "**":
                continue
            pieces.append(".*" if last else "(?:[^/]+/)*")
        else:
            pieces.append(_name_pattern(part) + ("" if last else "/"))
    return "".join(pieces)


def _name_pattern(name: str) -> str:
    """Return the expression of one name. Between two stars the first place that fits is as good as any other."""
    texts = [_text_pattern(text) for text in re.split(r"\*+", name)]
    if len(texts) == 1:
        return texts[0]
    inner = "".join(f"(?>[^/]*?{text})" for text in texts[1:-1])
    return f"{texts[0]}{inner}[^/]*{texts[-1]}"


def _text_pattern(text: str) -> str:
    pieces: list[str] = []
    position = 0
    while position < len(text):
        character = text[position]
        end = text.find("]", position + 2) if character == "[" else -1
        if end > 0:
            inside = text[position + 1 : end]
            negated = "^/" if inside[0] in "!^" else ""
            inside = re.sub(r"([\\\]\[^&~|])", r"\\\1", inside[1:] if negated else inside)
            pieces.append(f"(?!/)[{negated}{inside}]")
            position = end
        else:
            pieces.append("[^/]" if character == "?" else re.escape(character))
        position += 1
    return "".join(pieces)
