"""Why a turn ended, where it was not because the answer was there: a sentence for people, and the exit code of a run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from pycode.core.data import Data


@dataclass(slots=True, frozen=True, eq=False, repr=False)
class End(Data):
    """One reason."""

    sentence: str
    """What is said; `{detail}` stands for that of the event."""
    exit_code: int
    """What `pycode run` exits with."""
    code: str | None = None
    """The error that explains it, by its stable name."""
    goes_on: bool = True
    """Whether another prompt can go on from there."""
    failed: bool = True
    """Whether something went wrong: nobody wanted it to end there."""


ENDS: Final[Mapping[str, End]] = {
    "limit": End("stopped: {detail}", 4, code="limit"),
    "repeated": End("stopped: the model made the same call again and again", 4),
    "length": End("the answer was cut at the model's output limit", 4),
    "no_answer": End("the model gave no answer that fits the schema", 1),
    "unfinished": End("the task is not done, whatever the answer says", 1),
    "content_filter": End(
        "the service stopped the answer: its content filter took offence",
        5,
        code="content-filter",
        goes_on=False,
    ),
    "interrupted": End("the PyCode that was answering has ended", 1),
    "cancelled": End("interrupted; what was done is kept", 130, failed=False),
    "left": End(
        "interrupted; the PyCode that works in this session has the prompt",
        130,
        goes_on=False,
        failed=False,
    ),
    "error": End("the PyCode that works in this session failed", 1, goes_on=False),
}
"""The reasons of `session.idle`, and `left` for a turn of another process that nobody waits for any more."""

SILENT: Final = "the model ended its turn without a word"
"""What is said of an answer that is empty."""
