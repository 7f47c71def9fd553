"""The compact profile: how a small model, or one with little context, is put to work.

It is data: what the model is told, which actions it may take and which tools they are, worked examples, and bounds. The
provider in `compact_provider.py` writes the conversation in this form and reads the answers; everything else sees ordinary calls.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Kind = Literal["path", "new_path", "lines", "name", "text", "plain", "code"]
"""What a field holds: an existing file, a new one, the place in the file that was named before it, a name in code, any text, a text
to search for, which is not a regular expression, or code, for which the model is asked afterwards."""

REFUSED = "[not done]"
"""How the result of a call begins that a guard did not let run, or took back: the model is asked again as if it had not been made."""
REPEATED = (
    "You did this already, and nothing has changed since: its result is above. Do the next thing."
)
"""The result of a call that was made before."""

GO_ON = "Not yet: "
"""How a message begins that sends a model back to work, and is no new request."""

_FIXES = re.compile(
    r"\b(fix\w*|repair\w*|debug(ging)? (it|this|the|why|my)|bugs?|fail(s|ing|ed|ures?)?|broken|crash\w*|traceback|make .{0,30} pass)\b",
    re.IGNORECASE,
)
_WANTS_TESTS = re.compile(
    r"\b(?:(?:add|write|create|extend)\b[^.]{0,60}|(?:update|change|adapt|rename) (?:\w+ ){0,2})\b(?:unit)?tests?\b",
    re.IGNORECASE,
)
_TEST_FILE = re.compile(
    r"(^|/)(tests?/.*|test_[^/]*|[^/]*_test\.\w+|[^/]*\.(test|spec)\.\w+|conftest\.py)$"
)

_ENDED_BADLY = re.compile(r"^\[(exit code [1-9]|stopped|ended by)", re.MULTILINE)
_TEST_RUN = re.compile(r"\b(pytest|unittest|tox|nox|jest|tests?)\b")
_TRACE = re.compile(
    r"Traceback \(most recent|^\s*\w*(Error|Exception)\b|not found|No such file|[Ss]yntax error|^error",
    re.MULTILINE,
)
_COUNTS = re.compile(r"(?:failures|errors)=(\d+)|(\d+) (?:failed|errors?)\b")
_UNLOADED = re.compile(
    r"Failed to import|[Ee]rrors? (during )?collect|ERROR collecting|SyntaxError|IndentationError"
)
_QUOTED_COMMAND = re.compile(
    r"[\"`']((?:python3?|pytest|node|npm|sh|bash|make|go|cargo|\./)[^\"`'\n]*)[\"`']"
)

_NEW_FILE = re.compile(
    r"\b(?:write|save|put|store|create|make|add)\b[^.!?\n]*?[\s\"`'(]([\w./-]*[a-z0-9_-]{2}\.[A-Za-z]{1,5})\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Field:
    """One field of an action."""

    name: str
    """What the model calls it."""
    argument: str
    """The argument of the tool that it becomes."""
    kind: Kind = "text"
    """What it holds."""


@dataclass(frozen=True, slots=True)
class Action:
    """Something that the model may do in a step."""

    name: str
    """What the model calls it."""
    tool: str
    """The tool that runs."""
    about: str
    """What it is for, in a few words."""
    fields: tuple[Field, ...]
    """Its fields, in the order in which the model writes them."""
    fixed: Mapping[str, Any] = field(default_factory=dict)
    """Arguments that the tool gets beside them."""
    inserts: bool = False
    """Whether the code is put behind the place, which stays."""
    everywhere: bool = False
    """Whether it is done in every file in which the last search found its first field."""
    early: bool = False
    """Whether it may be the first that is done: looking comes before changing."""

    @property
    def has_code(self) -> bool:
        """Whether the model is asked for code after it."""
        return any(item.kind == "code" for item in self.fields)


@dataclass(frozen=True, slots=True)
class Example:
    """A task that was done well."""

    files: tuple[str, ...]
    """The project's files."""
    facts: str
    """What is told of the project beside them."""
    task: str
    """What was asked."""
    steps: tuple[tuple[Mapping[str, str], str], ...]
    """The actions, each with its result."""
    answer: str
    """The answer at the end."""


@dataclass(frozen=True, slots=True)
class Compact:
    """How a model is put to work in small steps."""

    prompt: str
    """What the model is told; `{actions}` stands for the list of actions."""
    actions: tuple[Action, ...]
    """What it may do beside answering."""
    examples: tuple[Example, ...]
    """Worked examples, one for each kind of request."""
    guards: tuple[str, ...]
    """The names of the guards around its calls and its answer."""
    grammar: bool = True
    """Whether its server is told to let it write nothing but actions, where the server can."""
    max_steps: int = 32
    """Model requests in one turn at most."""
    output_limit: int = 1_000
    """The most characters of a result."""
    file_limit: int = 6_000
    """The most characters of a file that is read."""
    history_limit: int = 14_000
    """The most characters of a conversation; of more, the oldest results are cut."""
    answer_tokens: int = 900
    """The most tokens of one step."""
    listed_files: int = 200
    """The most files of the project that are named."""
    whole_file: int = 2_500
    """The most characters of a file that is written anew as a whole, where no code is to be fixed."""
    samples: int = 3
    """How often code is asked for in a step until nothing is plainly wrong with it."""
    max_tries: int = 16
    """How many changes that did not help may be made until the model may give up."""
    temperature: float = 0.8
    """The sampling temperature of another try; the first has none."""


def asks_for_fix(request: str) -> bool:
    """Whether code is to be fixed: its tests are right then, and say when it is done."""
    return bool(_FIXES.search(request)) and not asks_for_tests(request)


def asks_for_tests(request: str) -> bool:
    """Whether tests are to be written or changed."""
    return bool(_WANTS_TESTS.search(request)) or any(map(is_test_file, named_files(request)))


def is_test_file(path: str) -> bool:
    """Whether a path looks like that of a test."""
    return bool(_TEST_FILE.search(path))


def is_test_run(command: str) -> bool:
    """Whether a command runs tests."""
    return bool(_TEST_RUN.search(command))


def badness(command: str, output: str) -> int:
    """Return how badly a command failed, 0 when it ran well.

    Of tests it is how many fail, and much more when they cannot be loaded. Any other command fails when it ends with a trace or an
    error of its own making: ending with another code than 0 may be what is wanted of it.

    Args:
        command: The command.
        output: Its output, with the line that tells of an exit code other than 0.
    """
    if not _ENDED_BADLY.search(output):
        return 0
    if not is_test_run(command):
        return 1 if _TRACE.search(output) else 0
    counts = [int(first or second) for first, second in _COUNTS.findall(output)]
    return max(sum(counts), 1) + (1_000 if _UNLOADED.search(output) else 0)


def named_commands(request: str) -> list[str]:
    """Return the commands that a request quotes."""
    return [found[1] for found in _QUOTED_COMMAND.finditer(request)]


def named_files(request: str) -> list[str]:
    """Return the files that a request wants to be written."""
    return list(dict.fromkeys(found[1].removeprefix("./") for found in _NEW_FILE.finditer(request)))
