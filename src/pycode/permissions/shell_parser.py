"""Reads a bash command line into its commands, by bash's own rules.

What this does not understand raises `ShellSyntaxError`; nothing is guessed and nothing is left out. The parser is our own because
tree-sitter's grammar for bash splits `cu\\<line break>rl` into two words and loses a second here-document; it is asked for a second
opinion in `pycode.permissions.second_reading`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pycode.permissions.shell_syntax import (
    Assignment,
    Command,
    Compound,
    CompoundKind,
    Opaque,
    Piece,
    Redirect,
    Sequence,
    ShellSyntaxError,
    Simple,
    Step,
    Text,
    Word,
)
from pycode.permissions.shell_words import MAX_DEPTH, WordReader

_END_OF_WORD = r"(?=[\s;&|()<>]|\Z)"
_RESERVED = re.compile(
    rf"(?:if|then|elif|else|fi|for|select|while|until|do|done|case|esac|function|coproc|time|in|[{{}}!]|\[\[|\]\]){_END_OF_WORD}"
)
_CLOSING = frozenset({"then", "elif", "else", "fi", "do", "done", "esac", "}", "in", "]]"})
_REDIRECT = re.compile(
    r"(?:[0-9]+|\{[A-Za-z_][A-Za-z0-9_]*\})?(&>>|&>|<<<|<<-|<<|<>|>>|>\||>&|<&|<(?!\()|>(?!\())"
)
_SEPARATOR = re.compile(r"&&|\|\||;;&|;;|;&|;|&(?!>)|\|&|\||\n|\)")
_ASSIGNMENT = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)(\[|\+?=)")
_FUNCTION = re.compile(r"[ \t]*\([ \t]*\)")
_TIME_OPTION = re.compile(rf"(?:-p|--){_END_OF_WORD}[ \t]*")
_COPROC_NAME = re.compile(
    rf"[A-Za-z_]\w*[ \t]+(?=\{{|\(|(?:if|for|while|until|case|select|\[\[){_END_OF_WORD})"
)
_PLAIN_COMMAND = re.compile(
    r"[A-Za-z0-9_./,:@%+^-]++(?:[ \t]++[A-Za-z0-9_./,:@%+^=-]++)*+(?=[ \t]*(?:\n|;|&&|\||\)|\Z))"
)
_PLAIN_WORD = re.compile(r"[^ \t]+")
_DECLARES = frozenset({"declare", "typeset", "export", "readonly", "local"})
_BLANK = re.compile(r"(?:[ \t]|\\\n)+")


def parse(text: str) -> Sequence:
    """Return the commands of a line.

    Raises:
        ShellSyntaxError: It cannot be read.
    """
    return parse_nested(text, 0, None)


def parse_nested(text: str, depth: int, origin: tuple[int, int] | None) -> Sequence:
    """Return the commands of a text that lies somewhere in a line, such as the argument of `bash -c`."""
    parser = _Parser(text, depth, origin)
    sequence = parser.sequence(())
    if parser.at < len(text):
        raise ShellSyntaxError(f"{text[parser.at]!r} stands where no command can go on")
    return sequence


class _Parser(WordReader):
    """Reads commands."""

    def __init__(self, text: str, depth: int = 0, origin: tuple[int, int] | None = None) -> None:
        super().__init__(text, depth, origin)
        self._awaited: list[tuple[Redirect, str, bool]] = []

    def substituted(self, closer: str) -> Sequence:
        """Read commands up to `closer` and step over it."""
        outer, self._awaited = self._awaited, []
        begin = self.at
        self._enter()
        sequence = self.sequence((closer,))
        if self.text[self.at : self.at + 1] != closer or self._awaited:
            raise ShellSyntaxError(f"a substitution does not end ({closer})")
        if outer and "\n" in self.text[begin : self.at]:
            raise ShellSyntaxError("a line break between a here-document's mark and its body")
        self.at += 1
        self.depth -= 1
        self._awaited = outer
        return sequence

    def separate(self, text: str, origin: tuple[int, int]) -> Sequence:
        """Read commands from a text of their own."""
        return parse_nested(text, self.depth + 1, origin)

    def sequence(self, closers: Iterable[str]) -> Sequence:
        """Read pipelines up to a closer, which is not stepped over, or to the end."""
        steps: list[Step] = []
        operator = ""
        while True:
            self._lines()
            if self._at_end(closers):
                if operator in ("&&", "||"):
                    raise ShellSyntaxError(f"nothing stands behind {operator}")
                return Sequence(tuple(steps))
            steps.append(Step(operator, self._pipeline()))
            self._blanks()
            if self._at_end(closers):
                operator = ""
                continue
            operator = self._separator() or ""
            if operator == "\n":
                operator = ";"  # `_lines` steps over it
            elif operator in ("&&", "||", ";", "&"):
                self.at += len(operator)
            else:
                found = operator or self.text[self.at]
                raise ShellSyntaxError(f"{found} stands where no command can go on")

    def _pipeline(self) -> tuple[Command, ...]:
        commands: list[Command] = []
        while True:
            while self._reserved() in ("!", "time"):
                self._take()
                while (option := _TIME_OPTION.match(self.text, self.at)) is not None:
                    self.at = option.end()
            commands.append(self._command())
            mark = self._separator()
            if mark not in ("|", "|&"):
                return tuple(commands)
            self.at += len(mark)
            self._lines()

    def _command(self) -> Command:
        self._enter()
        try:
            return self._one_command()
        finally:
            self.depth -= 1

    def _one_command(self) -> Command:
        start = self.at
        if self.text.startswith("((", start):
            self.at += 2
            arithmetic = self._double_parenthesis()
            if arithmetic is not None:
                return self._compound("test", start, (), words=(arithmetic,))
            self.at = start
        if self.text.startswith("(", start):
            self.at += 1
            body = self._body(")")
            return self._compound("subshell", start, (body,))
        word = self._reserved()
        if word is None:
            return self._simple()
        if word in _CLOSING:
            raise ShellSyntaxError(f"{word} stands where no command ends")
        self._take()
        return self._reserved_command(word, start)

    def _reserved_command(self, word: str, start: int) -> Command:
        if word == "{":
            return self._compound("group", start, (self._body("}"),))
        if word == "if":
            return self._compound("branch", start, self._if())
        if word in ("while", "until"):
            condition = self._body("do")
            return self._compound("loop", start, (condition, self._body("done")))
        if word in ("for", "select"):
            return self._for(start)
        if word == "case":
            return self._case(start)
        if word == "[[":
            return self._compound("test", start, (), words=tuple(self._condition()))
        if word == "function":
            name = self._needed_word("function")
            match = _FUNCTION.match(self.text, self.at)
            self.at = match.end() if match else self.at
            return self._function(name.source, start)
        # coproc: a name may only stand before a compound command.
        match = _COPROC_NAME.match(self.text, self.at)
        self.at = match.end() if match else self.at
        return self._compound("subshell", start, (Sequence((Step("", (self._command(),)),)),))

    def _if(self) -> tuple[Sequence, ...]:
        bodies = [self._body("then")]
        while True:
            bodies.append(self.sequence(("elif", "else", "fi")))
            word = self._reserved()
            self._close(word or "fi")
            if word == "fi":
                return tuple(bodies)
            bodies.append(self._body("then" if word == "elif" else "fi"))
            if word == "else":
                return tuple(bodies)

    def _for(self, start: int) -> Command:
        words: list[Word] = []
        name = ""
        if self.text.startswith("((", self.at):
            self.at += 2
            arithmetic = self._double_parenthesis()
            if arithmetic is None:
                raise ShellSyntaxError("a for (( that does not end")
            words.append(arithmetic)
        else:
            name = self._needed_word("for").source
            self._lines()
            if self._reserved() == "in":
                self._take()
                while (word := self.word()) is not None:
                    words.append(word)
                    self._blanks()
        self._blanks()
        if self.text.startswith(";", self.at):
            self.at += 1
        self._lines()
        opener = self._reserved()
        if opener not in ("do", "{"):
            raise ShellSyntaxError("a loop without do")
        self._take()
        body = self._body("done" if opener == "do" else "}")
        return self._compound("loop", start, (body,), words=tuple(words), name=name)

    def _case(self, start: int) -> Command:
        words = [self._needed_word("case")]
        bodies: list[Sequence] = []
        self._lines()
        self._close("in")
        self._lines()
        while self._reserved() != "esac":
            if self.text.startswith("(", self.at):
                self.at += 1
                self._blanks()
            words.append(self._needed_word("case"))
            while self.text.startswith("|", self.at):
                self.at += 1
                self._blanks()
                words.append(self._needed_word("case"))
            if not self.text.startswith(")", self.at):
                raise ShellSyntaxError("a pattern of case does not end")
            self.at += 1
            bodies.append(self.sequence((";;", ";&", ";;&", "esac")))
            mark = self._separator()
            if mark in (";;", ";&", ";;&"):
                self.at += len(mark)
                self._lines()
        self._take()
        return self._compound("branch", start, tuple(bodies), words=tuple(words))

    def _condition(self) -> Iterable[Word]:
        """Read the words between `[[` and `]]`."""
        while True:
            self._lines()
            if self._reserved() == "]]":
                self._take()
                return
            if self.at < len(self.text) and self.text[self.at] in "()<>&|":
                self.at += 1
                continue
            word = self.word()
            if word is None:
                raise ShellSyntaxError("a [[ does not end")
            yield word

    def _function(self, name: str, start: int) -> Command:
        self._lines()
        body = self._command()
        if not isinstance(body, Compound):
            raise ShellSyntaxError("a function without a body")
        inner = Sequence((Step("", (body,)),))
        return self._compound("function", start, (inner,), name=name)

    def _plain_command(self) -> Simple | None:
        """Read a command of plain words, as most are; the same as `_simple` would return, only faster."""
        match = _PLAIN_COMMAND.match(self.text, self.at)
        if match is None:
            return None
        words = tuple(
            Word((Text(found[0], False),), found[0], *self.span(*found.span()))
            for found in _PLAIN_WORD.finditer(self.text, match.start(), match.end())
        )
        self.at = match.end()
        self._blanks()
        return Simple((), words, (), *self.span(*match.span()))

    def _simple(self) -> Command:
        plain = self._plain_command()
        if plain is not None:
            return plain
        start = end = self.at
        assignments: list[Assignment] = []
        words: list[Word] = []
        redirects: list[Redirect] = []
        while True:
            redirect = self._redirect()
            if redirect is not None:
                redirects.append(redirect)
            elif not words and (assignment := self._assignment()) is not None:
                assignments.append(assignment)
            elif (word := self.word()) is not None:
                words.append(self._with_array(word, words))
            else:
                break
            end = self.at
            if len(words) == 1 and not assignments and not redirects:
                function = _FUNCTION.match(self.text, self.at)
                if function is not None:
                    self.at = function.end()
                    return self._function(words[0].source, start)
            self._blanks()
        if start == end:
            found = self.text[start : start + 1]
            raise ShellSyntaxError(
                f"{found!r} stands where a command begins" if found else "it ends early"
            )
        return Simple(tuple(assignments), tuple(words), tuple(redirects), *self.span(start, end))

    def _assignment(self) -> Assignment | None:
        match = _ASSIGNMENT.match(self.text, self.at)
        if match is None:
            return None
        start, plain = self.at, match[2] == "="
        pieces: list[Piece] = []
        self.at = match.end()
        if match[2] == "[":
            end = self.balanced("[", "]")
            found = re.compile(r"\]\+?=").match(self.text, end) if end >= 0 else None
            if found is None:
                self.at = start
                return None
            pieces.append(self.opaque("an index", end, 0))
            self.at = found.end()
        if self.text.startswith("(", self.at):
            pieces.append(self._array())
            plain = False
        else:
            value = self.word()
            pieces += value.pieces if value is not None else ()
        source = self.text[match.end() : self.at]
        return Assignment(match[1], Word(tuple(pieces), source, *self.span(start, self.at)), plain)

    def _with_array(self, word: Word, before: list[Word]) -> Word:
        """Return a word, with the array that follows in `declare a=(…)`."""
        if not (self.text.startswith("(", self.at) and word.source.endswith("=") and before):
            return word
        if before[0].source not in _DECLARES:
            return word
        array = self._array()
        return Word(
            (*word.pieces, array), word.source + "(…)", word.start, self.span(0, self.at)[1]
        )

    def _array(self) -> Opaque:
        self.at += 1
        pieces: list[Piece] = []
        while True:
            self._lines()
            word = self.word()
            if word is None:
                break
            pieces += word.pieces
        if not self.text.startswith(")", self.at):
            raise ShellSyntaxError("an array does not end")
        self.at += 1
        return Opaque("an array", tuple(pieces))

    def _redirect(self) -> Redirect | None:
        match = _REDIRECT.match(self.text, self.at)
        if match is None:
            return None
        start, operator = self.at, match[1]
        self.at = match.end()
        self._blanks()
        target = self.word()
        if target is None:
            raise ShellSyntaxError(f"a redirection without a target ({operator})")
        redirect = Redirect(operator, target, None, *self.span(start, self.at))
        if operator in ("<<", "<<-"):
            quoted = any(not isinstance(p, Text) or p.quoted for p in target.pieces)
            self._awaited.append((redirect, _mark(target), quoted))
        return redirect

    def _read_bodies(self) -> None:
        """Read the here-documents that begin on this line."""
        awaited, self._awaited = self._awaited, []
        for redirect, mark, quoted in awaited:
            body: list[str] = []
            start = self.at
            while self.at < len(self.text):
                line = self._heredoc_line(quoted)
                if redirect.operator == "<<-":
                    line = line.lstrip("\t")
                if line == mark:
                    break
                body.append(line + "\n")
            text = "".join(body)
            origin = self.span(start, self.at)
            pieces = (Text(text, True),) if quoted else self.expanded_text(text, origin)
            redirect.body = Word(tuple(pieces), text, *origin)

    def _heredoc_line(self, quoted: bool) -> str:
        pieces: list[str] = []
        while True:
            end = self.text.find("\n", self.at)
            end = len(self.text) if end < 0 else end
            line = self.text[self.at : end]
            self.at = min(end + 1, len(self.text))
            backslashes = len(line) - len(line.rstrip("\\"))
            if quoted or backslashes % 2 == 0 or end == len(self.text):
                return "".join((*pieces, line))
            pieces.append(line[:-1])

    def _double_parenthesis(self) -> Word | None:
        """Read the rest of `((…))`; None when it is a subshell in a subshell."""
        start = self.at
        end = self.balanced("(", ")")
        if end < 0 or self.text[end + 1 : end + 2] != ")":
            return None
        opaque = self.opaque("arithmetic", end, 2)
        return Word((opaque,), self.text[start:end], *self.span(start, end))

    def _compound(
        self,
        kind: CompoundKind,
        start: int,
        bodies: tuple[Sequence, ...],
        *,
        words: tuple[Word, ...] = (),
        name: str = "",
    ) -> Compound:
        """Return a compound command that has been read, with the redirections behind it."""
        end = self.at
        redirects: list[Redirect] = []
        self._blanks()
        while (redirect := self._redirect()) is not None:
            redirects.append(redirect)
            end = self.at
            self._blanks()
        return Compound(kind, bodies, words, name, tuple(redirects), *self.span(start, end))

    def _body(self, closer: str) -> Sequence:
        """Read commands up to a closer and step over it."""
        sequence = self.sequence((closer,))
        self._close(closer)
        return sequence

    def _close(self, closer: str) -> None:
        """Step over a closer that has to stand here."""
        if closer == ")":
            found = self.text.startswith(")", self.at)
            self.at += 1
        else:
            found = self._reserved() == closer
            self._take()
        if not found:
            raise ShellSyntaxError(f"{closer} is missing")

    def _needed_word(self, what: str) -> Word:
        word = self.word()
        if word is None:
            raise ShellSyntaxError(f"{what} without a word")
        self._blanks()
        return word

    def _at_end(self, closers: Iterable[str]) -> bool:
        if self.at >= len(self.text):
            return True
        return any(closer in (self._separator(), self._reserved()) for closer in closers)

    def _separator(self) -> str | None:
        match = _SEPARATOR.match(self.text, self.at)
        return match[0] if match is not None else None

    def _reserved(self) -> str | None:
        match = _RESERVED.match(self.text, self.at)
        return match[0] if match is not None else None

    def _take(self) -> None:
        """Step over a reserved word and the blanks behind it."""
        match = _RESERVED.match(self.text, self.at)
        self.at = match.end() if match is not None else self.at
        self._blanks()

    def _blanks(self) -> None:
        """Step over blanks and a comment."""
        match = _BLANK.match(self.text, self.at)
        if match is not None:
            self.at = match.end()
        if self.text.startswith("#", self.at):
            end = self.text.find("\n", self.at)
            self.at = len(self.text) if end < 0 else end

    def _lines(self) -> None:
        """Step over blanks, comments and line breaks, and read the here-documents that begin at these."""
        self._blanks()
        while self.text.startswith("\n", self.at):
            self.at += 1
            if self._awaited:
                self._read_bodies()
            self._blanks()

    def _enter(self) -> None:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise ShellSyntaxError("it is nested too deeply")


def _mark(target: Word) -> str:
    """Return the end mark that the word of a here-document stands for."""
    pieces = [piece.value if isinstance(piece, Text) else None for piece in target.pieces]
    if None in pieces:
        raise ShellSyntaxError("a here-document whose end mark is no plain word")
    return "".join(piece for piece in pieces if piece)
