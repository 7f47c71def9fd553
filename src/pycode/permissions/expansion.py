"""What the words of a command come to: exactly for literal words, as a good guess for all others.

A guess is only used to deny and to ask. What is assigned in the same line is known, and what `echo` and `printf` put into a
substitution; a variable may have had several values, then all of them are tried.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Final

from pycode.permissions.literal import is_invisible
from pycode.permissions.shell_syntax import (
    Opaque,
    Piece,
    Substitution,
    Text,
    Tilde,
    Variable,
    Word,
)

_MOST: Final = 16
"""Values of one word, or of one command; where there may be more, the word is unknown."""
_MOST_BRACES: Final = 20
_UNKNOWN: Final = "\0"


@dataclass(slots=True)
class Field:
    """One word as a program would get it."""

    value: str
    """The text; what is not known stands in it as it is written."""
    literal: bool = True
    """Whether every character of the word means itself."""
    prefix: str | None = None
    """How it surely begins, when the rest is not known; None when all of it is."""
    reason: str = ""
    """What makes it more than literal, for a sentence."""

    @property
    def known(self) -> bool:
        """Whether the value is all there is to it."""
        return self.prefix is None


@dataclass(slots=True)
class Values:
    """What is known while a line is read."""

    home: str
    """The home directory."""
    variables: Mapping[str, Sequence[str | None]]
    """Variable to the values that it may have been given; None among them is one that is not known."""


def fields_of(words: Iterable[Word], values: Values) -> list[list[Field]]:
    """Return the argument lists that words may come to: one for literal words, more for what has several values."""
    each = [_word(word, values) for word in words]
    count = 1
    for index, found in enumerate(each):
        count *= len(found)
        if count > _MOST:
            count //= len(found)
            each[index] = [[_unknown(found)]]
    return [[field for fields in chosen for field in fields] for chosen in product(*each)]


def field_of(word: Word, values: Values) -> Field:
    """Return what a word comes to where only one field can stand: a redirection's target, a value."""
    found = _word(word, values)
    if len(found) == 1 and len(found[0]) == 1:
        return found[0][0]
    if found == [[]]:
        return Field("", False, None, "an expansion ($)")
    return _unknown(found)


def expansion_in(words: Iterable[Word]) -> str:
    """Return what makes one of the words more than literal, whatever it comes to; empty when nothing does."""
    for word in words:
        for piece in word.pieces:
            if not isinstance(piece, Text) and (name := _name(piece)):
                return name
    return ""


def text_of(word: Word, values: Values) -> str | None:
    """Return the text of a here-document, or None when it is not known."""
    return _joined(word.pieces, values)


def _unknown(found: list[list[Field]]) -> Field:
    first = next((field for fields in found for field in fields), Field(""))
    return Field(first.value, False, "", first.reason or "an expansion ($)")


def _word(word: Word, values: Values) -> list[list[Field]]:
    """Return the lists of fields that one word may come to."""
    if len(word.pieces) == 1 and isinstance(piece := word.pieces[0], Text):
        plain = piece.value
        if piece.quoted or not _SPECIAL.intersection(plain):
            return [[_checked(Field(plain), plain)]]
    if word.source.count("{") > _MOST_BRACES and _is_braced(word.pieces):
        return [[Field(word.source, False, "", _BRACES)]]
    found: list[list[Field]] = []
    unbraced = _braces(list(word.pieces))
    alternatives = [_pieces(pieces, word, values) for pieces in unbraced]
    for chosen in product(*alternatives[:_MOST]):
        found.append([field for fields in chosen for field in fields])
        if len(found) > _MOST:
            return [[_unknown(found)]]
    if len(unbraced) > 1:
        found = [[replace(f, literal=False, reason=_BRACES) for f in fields] for fields in found]
    if len(alternatives) > _MOST:
        return [[_unknown(found)]]
    return found


def _pieces(pieces: list[Piece], word: Word, values: Values) -> list[list[Field]]:
    """Return the lists of fields that a word without braces may come to."""
    options = [_options(piece, values) for piece in pieces]
    reason = next((name for piece in pieces if (name := _name(piece))), "")
    if not reason and _has_glob(pieces):
        reason = _glob_name(pieces)
    found: list[list[Field]] = []
    for chosen in product(*options):
        if len(found) == _MOST:
            return [[Field(word.source, False, "", reason)]]
        found.append(_split(pieces, chosen, word, reason))
    return found


def _split(pieces: list[Piece], chosen: Sequence[str], word: Word, reason: str) -> list[Field]:
    """Join pieces to fields: an unquoted expansion is split at blanks."""
    texts: list[str] = [""]
    some = False
    for piece, text in zip(pieces, chosen, strict=True):
        splits = isinstance(piece, Variable | Substitution) and not piece.quoted
        splits = splits or (isinstance(piece, Variable) and piece.name == "@")
        if not splits or not any(c in " \t\n" for c in text):
            texts[-1] += text
            some = some or not splits or bool(text)
            continue
        words = text.split()
        if text[0] in " \t\n" and texts[-1]:
            texts.append("")
        texts[-1] += words[0] if words else ""
        texts += words[1:]
        some = some or bool(words)
        if text[-1] in " \t\n" and texts[-1]:
            texts.append("")
    if not some:
        return []
    if len(texts) > 1 and not texts[-1]:
        texts.pop()
    return [_field(text, word, reason) for text in texts]


def _field(text: str, word: Word, reason: str) -> Field:
    if _UNKNOWN in text:
        shown = text.replace(_UNKNOWN, "")
        return Field(shown, False, _before_glob(text.partition(_UNKNOWN)[0]), reason)
    if reason.startswith("a glob"):
        return Field(text, False, _before_glob(text), reason)
    return _checked(Field(text, not reason, None, reason), text)


def _before_glob(text: str) -> str:
    """Return what stands before the first character of a glob, which may become any name that it matches."""
    return text[: min((text.find(c) for c in "*?[" if c in text), default=len(text))]


def _checked(field: Field, text: str) -> Field:
    if text.isascii() and text.isprintable():
        return field
    for character in text:
        if is_invisible(character) and character not in "\n\t":
            name = f"the invisible character U+{ord(character):04X}"
            return replace(field, literal=False, reason=name)
    return field


def _options(piece: Piece, values: Values) -> Sequence[str]:
    """Return the texts that a piece may stand for."""
    if isinstance(piece, Text):
        return (piece.value,)
    if isinstance(piece, Tilde):
        return (values.home if not piece.user else f"{_UNKNOWN}~{piece.user}",)
    if isinstance(piece, Opaque):
        return (piece.value if piece.value is not None else f"{_UNKNOWN}$((…))",)
    if isinstance(piece, Substitution):
        output = piece.output
        return (f"{_UNKNOWN}{piece.mark}…)" if output is None else output.rstrip("\n"),)
    return _variable(piece, values)


def _variable(piece: Variable, values: Values) -> Sequence[str]:
    shown = f"${{{piece.name}{piece.operator}}}" if piece.operator else f"${piece.name}"
    unknown = _UNKNOWN + shown
    known = [unknown if text is None else text for text in values.variables.get(piece.name, ())]
    if piece.operator in ("-", ":-", "=", ":=", "+", ":+"):
        default = _joined(piece.rest, values)
        return [unknown if default is None else default, *known][:_MOST]
    if piece.operator == "!":
        named = [text for name in known for text in values.variables.get(name, (None,))]
        known = [unknown if text is None else text for text in named]
    elif piece.operator:
        return (unknown,)
    return known[:_MOST] or (unknown,)


def _joined(pieces: Sequence[Piece], values: Values) -> str | None:
    text = "".join(_options(piece, values)[0] for piece in pieces)
    return None if _UNKNOWN in text else text


_SPECIAL: Final = frozenset("{*?[")
_BRACES: Final = "a brace; quote it"


def _name(piece: Piece) -> str:
    """Return what makes a piece more than literal; nothing when it is."""
    if isinstance(piece, Text):
        return ""
    if isinstance(piece, Tilde):
        return "a home directory (~); write the path out" if piece.user else ""
    if isinstance(piece, Variable):
        return "an expansion ($)"
    if isinstance(piece, Substitution):
        return f"a command substitution ({piece.mark})"
    return piece.name


def _has_glob(pieces: Sequence[Piece]) -> bool:
    text = "".join(p.value for p in pieces if isinstance(p, Text) and not p.quoted)
    return "*" in text or "?" in text or ("[" in text and "]" in text)


def _glob_name(pieces: Sequence[Piece]) -> str:
    text = "".join(p.value for p in pieces if isinstance(p, Text) and not p.quoted)
    character = next((c for c in text if c in "*?["), "*")
    return f"a glob ({character}); quote it, or name the files"


def _braces(pieces: list[Piece]) -> list[list[Piece]]:
    """Return the words that `{a,b}` and `{1..3}` make of one word."""
    if not _is_braced(pieces):
        return [pieces]
    items = _characters(pieces)
    expanded = _expand_braces(items)
    return [_merged(word) for word in expanded]


def _is_braced(pieces: Iterable[Piece]) -> bool:
    return any(isinstance(p, Text) and not p.quoted and "{" in p.value for p in pieces)


_Item = tuple[str, Piece | None]
"""An unquoted character, or a piece that means itself."""


def _characters(pieces: list[Piece]) -> list[_Item]:
    items: list[_Item] = []
    for piece in pieces:
        if isinstance(piece, Text) and not piece.quoted:
            items += [(character, None) for character in piece.value]
        else:
            items.append(("", piece))
    return items


def _expand_braces(items: list[_Item]) -> list[list[_Item]]:
    """Expand the first brace that makes several words, then what follows it; at most a few more than are of use."""
    for start, (character, _) in enumerate(items):
        if character != "{" or (start and items[start - 1][0] == "$"):
            continue
        parts, end = _brace_parts(items, start)
        if len(parts) < 2:
            continue
        found: list[list[_Item]] = []
        rests = _expand_braces(items[end + 1 :])
        for part in parts:
            for middle in _expand_braces(part):
                for rest in rests:
                    found.append([*items[:start], *middle, *rest])
                    if len(found) > _MOST:
                        return found
        return found
    return [items]


def _brace_parts(items: list[_Item], start: int) -> tuple[list[list[_Item]], int]:
    """Return what stands between the commas of a brace, and where it ends; no parts when it is none."""
    depth = 0
    parts: list[list[_Item]] = [[]]
    for index in range(start + 1, len(items)):
        character = items[index][0]
        if character == "}" and depth == 0:
            if len(parts) == 1:
                return _range("".join(text for text, _ in parts[0])), index
            return parts, index
        depth += (character == "{") - (character == "}")
        if character == "," and depth == 0:
            parts.append([])
        else:
            parts[-1].append(items[index])
    return [], start


def _range(text: str) -> list[list[_Item]]:
    first, mark, rest = text.partition("..")
    last, _, step = rest.partition("..")
    if not mark:
        return []
    try:
        numbers = first.lstrip("-").isdigit() and last.lstrip("-").isdigit()
        begin, end = (int(first), int(last)) if numbers else (ord(first), ord(last))
        by = max(abs(int(step or 1)), 1) * (1 if end >= begin else -1)
    except (ValueError, TypeError):
        return []
    values = range(begin, end + (1 if by > 0 else -1), by)[: _MOST + 1]
    return [[(str(value) if numbers else chr(value), None)] for value in values]


def _merged(items: list[_Item]) -> list[Piece]:
    pieces: list[Piece] = []
    for text, piece in items:
        if piece is not None:
            pieces.append(piece)
        elif pieces and isinstance(last := pieces[-1], Text) and not last.quoted:
            pieces[-1] = Text(last.value + text, False)
        else:
            pieces.append(Text(text, False))
    return pieces or [Text("", True)]
