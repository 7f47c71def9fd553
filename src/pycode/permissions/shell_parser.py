"""Reads a bash command line into its commands, by bash's own rules.

What this does not understand raises `ShellSyntaxError`; nothing is guessed and nothing is left out. The parser is our own because
tree-sitter's grammar for bash splits `cu\\<line break>rl` into two words and loses a second here-document; it is asked for a second
opinion in `pycode.permissions.second_reading`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from pycode.permissions.shell_simple import END_OF_WORD, FUNCTION, SimpleReader
from pycode.permissions.shell_syntax import (
    Command,
    Compound,
    CompoundKind,
    Redirect,
    Sequence,
    ShellSyntaxError,
    Step,
    Word,
)

_CLOSING = frozenset({"then", "elif", "else", "fi", "do", "done", "esac", "}", "in", "]]"})
_TIME_OPTION = re.compile(rf"(?:-p|--){END_OF_WORD}[ \t]*")
_COPROC_NAME = re.compile(
    rf"[A-Za-z_]\w*[ \t]+(?=\{{|\(|(?:if|for|while|until|case|select|\[\[){END_OF_WORD})"
)


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


class _Parser(SimpleReader):
    """Reads commands."""

    def substituted(self, closer: str) -> Sequence:
        """Read commands up to `closer` and step over it."""
        outer, self.awaited = self.awaited, []
        begin = self.at
        self.enter()
        sequence = self.sequence((closer,))
        if self.text[self.at : self.at + 1] != closer or self.awaited:
            raise ShellSyntaxError(f"a substitution does not end ({closer})")
        if outer and "\n" in self.text[begin : self.at]:
            raise ShellSyntaxError("a line break between a here-document's mark and its body")
        self.at += 1
        self.depth -= 1
        self.awaited = outer
        return sequence

    def separate(self, text: str, origin: tuple[int, int]) -> Sequence:
        """Read commands from a text of their own."""
        return parse_nested(text, self.depth + 1, origin)

    def sequence(self, closers: tuple[str, ...]) -> Sequence:
        """Read pipelines up to a closer, which is not stepped over, or to the end."""
        steps: list[Step] = []
        operator = ""
        while True:
            self.lines()
            if self._at_end(closers):
                if operator in ("&&", "||"):
                    raise ShellSyntaxError(f"nothing stands behind {operator}")
                return Sequence(tuple(steps))
            steps.append(Step(operator, self._pipeline()))
            self.blanks()
            if self._at_end(closers):
                operator = ""
                continue
            operator = self.separator() or ""
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
            while (word := self.reserved()) in ("!", "time"):
                self.take()
                while (option := _TIME_OPTION.match(self.text, self.at)) is not None:
                    self.at = option.end()
            plain = self.plain_command() if word is None else None
            commands.append(self._command() if plain is None else plain)
            mark = self.separator()
            if mark not in ("|", "|&"):
                return tuple(commands)
            self.at += len(mark)
            self.lines()

    def _command(self) -> Command:
        self.enter()
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
        word = self.reserved()
        if word is None:
            return self.simple()
        if word in _CLOSING:
            raise ShellSyntaxError(f"{word} stands where no command ends")
        self.take()
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
            match = FUNCTION.match(self.text, self.at)
            self.at = match.end() if match else self.at
            return self.function(name.source, start)
        # coproc: a name may only stand before a compound command.
        match = _COPROC_NAME.match(self.text, self.at)
        self.at = match.end() if match else self.at
        return self._compound("subshell", start, (Sequence((Step("", (self._command(),)),)),))

    def _if(self) -> tuple[Sequence, ...]:
        bodies = [self._body("then")]
        while True:
            bodies.append(self.sequence(("elif", "else", "fi")))
            word = self.reserved()
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
            self.lines()
            if self.reserved() == "in":
                self.take()
                while (word := self.word()) is not None:
                    words.append(word)
                    self.blanks()
        self.blanks()
        if self.text.startswith(";", self.at):
            self.at += 1
        self.lines()
        opener = self.reserved()
        if opener not in ("do", "{"):
            raise ShellSyntaxError("a loop without do")
        self.take()
        body = self._body("done" if opener == "do" else "}")
        return self._compound("loop", start, (body,), words=tuple(words), name=name)

    def _case(self, start: int) -> Command:
        words = [self._needed_word("case")]
        bodies: list[Sequence] = []
        self.lines()
        self._close("in")
        self.lines()
        while self.reserved() != "esac":
            if self.text.startswith("(", self.at):
                self.at += 1
                self.blanks()
            words.append(self._needed_word("case"))
            while self.text.startswith("|", self.at):
                self.at += 1
                self.blanks()
                words.append(self._needed_word("case"))
            if not self.text.startswith(")", self.at):
                raise ShellSyntaxError("a pattern of case does not end")
            self.at += 1
            bodies.append(self.sequence((";;", ";&", ";;&", "esac")))
            mark = self.separator()
            if mark in (";;", ";&", ";;&"):
                self.at += len(mark)
                self.lines()
        self.take()
        return self._compound("branch", start, tuple(bodies), words=tuple(words))

    def _condition(self) -> Iterable[Word]:
        """Read the words between `[[` and `]]`."""
        while True:
            self.lines()
            if self.reserved() == "]]":
                self.take()
                return
            if self.at < len(self.text) and self.text[self.at] in "()<>&|":
                self.at += 1
                continue
            word = self.word()
            if word is None:
                raise ShellSyntaxError("a [[ does not end")
            yield word

    def function(self, name: str, start: int) -> Command:
        """Read the body of a function whose name and parentheses were read."""
        self.lines()
        body = self._command()
        if not isinstance(body, Compound):
            raise ShellSyntaxError("a function without a body")
        inner = Sequence((Step("", (body,)),))
        return self._compound("function", start, (inner,), name=name)

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
        self.blanks()
        while (redirect := self.redirect()) is not None:
            redirects.append(redirect)
            end = self.at
            self.blanks()
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
            found = self.reserved() == closer
            self.take()
        if not found:
            raise ShellSyntaxError(f"{closer} is missing")

    def _needed_word(self, what: str) -> Word:
        word = self.word()
        if word is None:
            raise ShellSyntaxError(f"{what} without a word")
        self.blanks()
        return word

    def _at_end(self, closers: tuple[str, ...]) -> bool:
        if self.at >= len(self.text):
            return True
        if not closers:
            return False
        found = (self.separator(), self.reserved())
        return any(closer in found for closer in closers)
