"""What a tool is: something the model may call.

A tool needs a name, a description, a JSON Schema of its parameters and `execute`. Failure is a result with `error`;
an exception is a bug in the tool.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from pycode.core.data import Data

if TYPE_CHECKING:
    from pycode.tools.jobs import JobTable


@dataclass(slots=True, eq=False, repr=False)
class ToolResult(Data):
    """What a call came to: `output` and `error` are for the model, `title` and `metadata` for people and programs."""

    title: str
    """The call in one line, for a person."""
    output: str
    """What the model reads."""
    metadata: dict[str, Any] = field(default_factory=dict)
    """Beside the output: diff, counts, exit code. JSON-serialisable."""
    error: str | None = None
    """Why it failed, in one sentence for the model; None when it did not."""


class ToolRuntime(Protocol):
    """What a running engine gives to its tools. A tool called by hand has none."""

    def progress(self, text: str) -> None:
        """Show text of a call that still runs."""

    async def ask(
        self, permission: str, patterns: list[str], title: str, reason: str
    ) -> str | None:
        """Ask for what the decision before the call did not cover; return None for yes, else why not."""

    def seen(self, path: str) -> str | None:
        """Return the SHA-256 of the content of `path` that this session saw last, or None."""

    def mark_seen(self, path: str, sha256: str | None) -> None:
        """Note the content that the session has now seen or written; None when the file is gone."""

    def save_output(self, text: str) -> str | None:
        """Keep a result that is too long to show; return the path of the file, or None where nothing is kept."""

    def environment(self) -> Mapping[str, str]:
        """Return the environment for child processes, without secrets."""

    def file_edited(self, path: str) -> None:
        """Note that the tool changed a file."""


@runtime_checkable
class CommandRuntime(Protocol):
    """What an engine may give beside `ToolRuntime`, for commands. Without it a command has no jobs and no file for a long output."""

    def jobs(self) -> JobTable:
        """Return the session's background jobs."""

    def output_path(self) -> str | None:
        """Return the path for the file of this call's long output, in a folder that exists; None where nothing is kept."""


@dataclass(slots=True, eq=False, repr=False)
class ToolContext(Data):
    """Where and for whom a tool runs."""

    session_id: str
    """The session that the call belongs to."""
    message_id: str
    """The assistant message that made the call."""
    agent_name: str
    """The agent that the model plays."""
    working_directory: str
    """Where relative paths begin, absolute."""
    runtime: ToolRuntime | None = None
    """The engine behind the call; None when the tool is called by hand."""
    judged: frozenset[str] | None = None
    """The real paths that the decision was about: the call reaches no others. None when nobody decided."""

    @property
    def command_runtime(self) -> CommandRuntime | None:
        """What the engine gives for commands, None when there is no engine or it gives nothing."""
        runtime: object = self.runtime
        return runtime if isinstance(runtime, CommandRuntime) else None


@dataclass(slots=True, eq=False, repr=False)
class PermissionRequest(Data):
    """What a call would touch, for the decision before it."""

    permission: str
    """The permission key: `read`, `edit`, `bash` or the tool's own name."""
    patterns: list[str]
    """What rules match against: absolute paths or a command."""
    paths: list[str] = field(default_factory=list)
    """The files and directories that the call names, as the model wrote them; checked against the project."""
    always: list[str] = field(default_factory=list)
    """The patterns that the answer "always" would allow; the request's own patterns when empty."""


class Tool(ABC):
    """Something the model may call. Subclasses need exactly the four abstract members."""

    @property
    @abstractmethod
    def name(self) -> str:
        """The name that the model uses: letters, digits, `_` and `-`, at most 64."""

    @property
    @abstractmethod
    def description(self) -> str:
        """What it does and when to use it, for the model."""

    @property
    @abstractmethod
    def parameters_schema(self) -> dict[str, Any]:
        """The JSON Schema of its parameters, an object."""

    @abstractmethod
    async def execute(self, parameters: dict[str, Any], context: ToolContext) -> ToolResult:
        """Do it.

        Args:
            parameters: The arguments, checked against the schema.
            context: Where and for whom.
        """

    @property
    def read_only(self) -> bool:
        """Whether it changes nothing; such calls start early and run side by side."""
        return False

    @property
    def permission(self) -> str:
        """The permission key that rules name."""
        return self.name

    @property
    def deferred(self) -> bool:
        """Whether the model is not sent its definition with every request, but finds it with `more_tools`."""
        return False

    @property
    def aliases(self) -> Mapping[str, str]:
        """Other names of parameters that models use, and what they mean here; the model is not told of them."""
        return {}

    def permission_request(
        self, parameters: dict[str, Any], context: ToolContext
    ) -> PermissionRequest:
        """Return what a call with these arguments would touch."""
        return PermissionRequest(self.permission, ["*"])
