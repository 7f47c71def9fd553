"""What a provider is asked, as the request builders of all protocols take it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from pycode.core.data import Data
from pycode.providers.conversation import clean_name
from pycode.providers.profiles import Profile

LEVELS = ("off", "low", "medium", "high", "max")
"""How much a model may think, as a user says it."""

_WORDS = ("none", "minimal", "low", "medium", "high", "xhigh", "max")
_BUDGETS = {"off": 0, "low": 4_096, "medium": 12_288, "high": 24_576}


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Question(Data):
    """One request, neutral; see `Provider.stream` for the fields."""

    model: str
    """The model's name at the service."""
    profile: Profile
    """What the model supports."""
    messages: Sequence[dict[str, Any]]
    """The conversation."""
    system: str | None
    """The system prompt; None where there is none or it is blank."""
    tools: Sequence[dict[str, Any]]
    """What the model may call."""
    temperature: float | None
    """The sampling temperature; None where it was not asked for, or the model does not take one."""
    max_tokens: int | None
    """The most tokens of the answer."""
    options: Mapping[str, Any]
    """The other options."""

    @classmethod
    def of(
        cls,
        model: str,
        profile: Profile,
        messages: Sequence[dict[str, Any]],
        *,
        system: str | None = None,
        tools: Sequence[dict[str, Any]] | None = None,
        temperature: float | None = None,
        max_tokens: int | None = None,
        options: Mapping[str, Any] | None = None,
    ) -> Question:
        """Return a question without what is blank and what the model does not take."""
        return cls(
            model,
            profile,
            messages,
            system if system and system.strip() else None,
            tools or (),
            temperature if profile.temperature else None,
            max_tokens,
            options or {},
        )

    @property
    def schema(self) -> dict[str, Any] | None:
        """The JSON Schema that the answer must follow."""
        return self.options.get("schema")

    @property
    def thinking(self) -> str | None:
        """One of `LEVELS`; None leaves it to the model."""
        return self.options.get("thinking")

    @property
    def effort(self) -> str | int | None:
        """How much to think, in the service's own word or in tokens; None where nothing was asked or it cannot be said.

        A level that the model does not have becomes the next lower one that it has, or its lowest.
        """
        level, profile = self.thinking, self.profile
        if level is None:
            return None
        if profile.reasoning_levels:
            known = [word for word in _WORDS if word in profile.reasoning_levels]
            if not known:
                return None
            wanted = _WORDS.index("none" if level == "off" else level)
            lower = [word for word in known if _WORDS.index(word) <= wanted]
            return lower[-1] if lower else known[0]
        if profile.reasoning_budget is not None:
            least, most = profile.reasoning_budget
            return max(least, min(_BUDGETS.get(level, most), most))
        return None

    @property
    def names(self) -> dict[str, str]:
        """What the services call a tool, where that is not the tool's name, and its name."""
        names = {clean_name(tool["name"]): tool["name"] for tool in self.tools}
        return {clean: name for clean, name in names.items() if clean != name}

    def taken(self, names: Sequence[str]) -> dict[str, Any]:
        """Return those of the options that go into the body as they are."""
        return {name: self.options[name] for name in names if name in self.options}


class Requests(Protocol):
    """Makes request bodies of one protocol, and remembers what it made of each message."""

    def body(self, question: Question) -> bytes:
        """Return the JSON of a request."""


def blocks_of(message: dict[str, Any]) -> list[dict[str, Any]]:
    """Return what a message says, as blocks."""
    content = message["content"]
    return [{"type": "text", "text": content}] if isinstance(content, str) else content


def replayed(block: dict[str, Any], protocol: str, model: str) -> Iterator[dict[str, Any]]:
    """Yield the opaque values of a block that this protocol and model made; no other can read them."""
    for value in block.get("opaque") or []:
        if (
            isinstance(value, dict)
            and value.get("protocol") == protocol
            and value["model"] == model
        ):
            yield value
