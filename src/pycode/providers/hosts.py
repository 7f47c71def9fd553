"""Who hosts models: the wire protocol, where the service is, which variables hold its key, and its quirks, as data."""

from __future__ import annotations

from dataclasses import dataclass

ANTHROPIC_MESSAGES = "anthropic-messages"
"""The protocol of Anthropic's Messages API."""
OPENAI_CHAT = "openai-chat"
"""The protocol of OpenAI's Chat Completions API."""


@dataclass(frozen=True, slots=True)
class Host:
    """One service."""

    name: str
    """What users call it."""
    protocol: str
    """How its API is spoken."""
    base_url: str
    """Where it is, as the vendor's own SDK means it."""
    key_variables: tuple[str, ...] = ()
    """The environment variables that may hold its key, the usual one first."""
    base_url_variables: tuple[str, ...] = ()
    """The environment variables that may move it."""
    default_model: str | None = None
    """The model to take when none is named; None where one must be named."""
    needs_key: bool = True
    """Whether it refuses requests without a key."""
    replay_reasoning: bool = False
    """Chat Completions: whether `reasoning_content` goes back with the message that it came with."""
    short_call_ids: bool = False
    """Chat Completions: whether call ids must be exactly 9 letters and digits."""
    assistant_after_tool: bool = False
    """Chat Completions: whether a user message may not follow a tool message directly."""


def find_host(name: str) -> Host | None:
    """Return the host of this name, or None."""
    return next((host for host in HOSTS if host.name == name), None)


HOSTS: tuple[Host, ...] = (
    Host(
        "anthropic",
        ANTHROPIC_MESSAGES,
        "https://api.anthropic.com",
        ("ANTHROPIC_API_KEY",),
        ("ANTHROPIC_BASE_URL",),
        "claude-sonnet-5-5",
    ),
    # GPT-5.2 is the newest general model that calls tools over Chat Completions.
    Host(
        "openai",
        OPENAI_CHAT,
        "https://api.openai.com/v1",
        ("OPENAI_API_KEY",),
        ("OPENAI_BASE_URL", "OPENAI_API_BASE"),
        "gpt-5.2",
    ),
    Host(
        "openrouter",
        OPENAI_CHAT,
        "https://openrouter.ai/api/v1",
        ("OPENROUTER_API_KEY",),
        default_model="anthropic/claude-sonnet-5.5",
    ),
    Host("groq", OPENAI_CHAT, "https://api.groq.com/openai/v1", ("GROQ_API_KEY",)),
    Host(
        "deepseek",
        OPENAI_CHAT,
        "https://api.deepseek.com/v1",
        ("DEEPSEEK_API_KEY",),
        default_model="deepseek-chat",
        replay_reasoning=True,
    ),
    Host(
        "mistral",
        OPENAI_CHAT,
        "https://api.mistral.ai/v1",
        ("MISTRAL_API_KEY",),
        default_model="devstral-latest",
        short_call_ids=True,
        assistant_after_tool=True,
    ),
    Host("xai", OPENAI_CHAT, "https://api.x.ai/v1", ("XAI_API_KEY",)),
    Host("together", OPENAI_CHAT, "https://api.together.xyz/v1", ("TOGETHER_API_KEY",)),
    Host("ollama", OPENAI_CHAT, "http://localhost:11434/v1", needs_key=False),
    Host("lmstudio", OPENAI_CHAT, "http://localhost:1234/v1", needs_key=False),
    Host("llama.cpp", OPENAI_CHAT, "http://localhost:8080/v1", needs_key=False),
    Host("vllm", OPENAI_CHAT, "http://localhost:8000/v1", needs_key=False),
)
"""All hosts, in the order in which one is chosen when nothing is configured."""
