"""Who hosts models: the wire protocol, where the service is, which variables hold its key, and its quirks, as data."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from pycode.core.data import Data

ANTHROPIC_MESSAGES = "anthropic-messages"
"""The protocol of Anthropic's Messages API."""
OPENAI_CHAT = "openai-chat"
"""The protocol of OpenAI's Chat Completions API."""
OPENAI_RESPONSES = "openai-responses"
"""The protocol of OpenAI's Responses API."""
GEMINI = "gemini"
"""The protocol of Google's Gemini API."""
LOCAL_ENGINE = "local-engine"
"""Not one of the network: the model runs in a process that PyCode starts."""

_VARIABLE = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Host(Data):
    """One service."""

    name: str
    """What users call it."""
    protocol: str
    """How its API is spoken."""
    base_url: str
    """Where it is, as the vendor's own SDK means it. `{NAME}` stands for the value of a variable; empty where the user must
    say it."""
    key_variables: tuple[str, ...] = ()
    """The environment variables that may hold its key, the usual one first."""
    base_url_variables: tuple[str, ...] = ()
    """The environment variables that may move it."""
    default_model: str | None = None
    """The model to take when none is named; None where one must be named."""
    catalogue: str = ""
    """Its name at models.dev; empty where that does not list it."""
    needs_key: bool = True
    """Whether it refuses requests without a key."""
    is_local: bool = False
    """Whether it is a server of the user's own, which is looked for at its usual port."""
    chosen_alone: bool = True
    """Whether it may be chosen because its key is there; not where the variable usually is there for something else."""
    base_path: str = ""
    """What is put behind an address that a user gives without a path."""
    moved_protocol: str = ""
    """How its API is spoken at another address than its own, where that is another way."""
    key_header: str = ""
    """The header that carries the key as it is; empty for the protocol's own."""
    prompt_cache_key: bool = False
    """Whether it takes `prompt_cache_key`."""
    replay_reasoning: bool = False
    """Chat Completions: whether `reasoning_content` goes back with the message that it came with, and must be in each."""
    asks_for_usage: bool = True
    """Chat Completions: whether `stream_options` asks for the usage; not where it comes by itself and the field is refused."""
    short_answers: bool = False
    """Chat Completions: whether it cuts an answer early unless the request says how long it may be."""
    short_call_ids: bool = False
    """Chat Completions: whether call ids must be exactly 9 letters and digits."""
    assistant_after_tool: bool = False
    """Chat Completions: whether a user message may not follow a tool message directly."""

    @property
    def has_own_address(self) -> bool:
        """Whether it is where `base_url` says, for everybody."""
        return bool(self.base_url) and "{" not in self.base_url

    @property
    def address_variables(self) -> tuple[str, ...]:
        """The environment variables that say where it is."""
        return (*self.base_url_variables, *_VARIABLE.findall(self.base_url))

    def protocol_at(self, address: str | None) -> str:
        """Return how its API is spoken at an address; None is its own."""
        moved = address is not None and address.rstrip("/") != self.base_url
        return self.moved_protocol if moved and self.moved_protocol else self.protocol

    def address(self, given: str | None, environ: Mapping[str, str]) -> str | None:
        """Return where this host is for a user, or None where nobody says it.

        Args:
            given: The base URL that the user gave, if any.
            environ: The environment variables.
        """
        if given:
            url = given.strip()
            if self.is_local and "://" not in url:
                url = _server_url(url, urlsplit(self.base_url).port)
            has_path = urlsplit(url).path.strip("/")
            return url if has_path or not self.base_path else url.rstrip("/") + self.base_path
        names = _VARIABLE.findall(self.base_url)
        if any(not environ.get(name) for name in names):
            return None
        return _VARIABLE.sub(lambda match: environ[match[1]], self.base_url) or None


def find_host(name: str) -> Host | None:
    """Return the host of this name, or None."""
    return next((host for host in HOSTS if host.name == name), None)


def _server_url(place: str, port: int | None) -> str:
    """Return the URL of a place as OLLAMA_HOST has it: without a scheme, and maybe what the server listens to."""
    name, _, given = place.rpartition(":") if ":" in place else (place, "", "")
    # What is listened to everywhere is asked at the loopback.
    if name in ("", "0.0.0.0", "[::]"):  # noqa: S104
        name = "127.0.0.1"
    return f"http://{name}:{given or port}"


HOSTS: tuple[Host, ...] = (
    Host(
        "anthropic",
        ANTHROPIC_MESSAGES,
        "https://api.anthropic.com",
        ("ANTHROPIC_API_KEY",),
        ("ANTHROPIC_BASE_URL",),
        "claude-sonnet-5-5",
        "anthropic",
    ),
    Host(
        "openai",
        OPENAI_RESPONSES,
        "https://api.openai.com/v1",
        ("OPENAI_API_KEY",),
        ("OPENAI_BASE_URL", "OPENAI_API_BASE"),
        "gpt-6.1-sol",
        "openai",
        # What is compatible with OpenAI knows its older API.
        moved_protocol=OPENAI_CHAT,
        prompt_cache_key=True,
    ),
    Host(
        "google",
        GEMINI,
        "https://generativelanguage.googleapis.com",
        ("GEMINI_API_KEY", "GOOGLE_API_KEY"),
        ("GOOGLE_GEMINI_BASE_URL",),
        "gemini-3.7-flash",
        "google",
    ),
    Host(
        "openrouter",
        OPENAI_CHAT,
        "https://openrouter.ai/api/v1",
        ("OPENROUTER_API_KEY",),
        default_model="anthropic/claude-sonnet-5.5",
        catalogue="openrouter",
    ),
    Host(
        "mistral",
        OPENAI_CHAT,
        "https://api.mistral.ai/v1",
        ("MISTRAL_API_KEY",),
        default_model="mistral-medium-latest",
        catalogue="mistral",
        asks_for_usage=False,
        short_call_ids=True,
        assistant_after_tool=True,
    ),
    Host(
        "deepseek",
        OPENAI_CHAT,
        "https://api.deepseek.com/v1",
        ("DEEPSEEK_API_KEY",),
        default_model="deepseek-v4-pro",
        catalogue="deepseek",
        replay_reasoning=True,
    ),
    Host(
        "groq",
        OPENAI_CHAT,
        "https://api.groq.com/openai/v1",
        ("GROQ_API_KEY",),
        default_model="openai/gpt-oss-120b",
        catalogue="groq",
    ),
    Host(
        "xai",
        OPENAI_CHAT,
        "https://api.x.ai/v1",
        ("XAI_API_KEY",),
        default_model="grok-4.6",
        catalogue="xai",
    ),
    Host(
        "together",
        OPENAI_CHAT,
        "https://api.together.xyz/v1",
        ("TOGETHER_API_KEY", "TOGETHERAI_API_KEY"),
        default_model="zai-org/GLM-5.2",
        catalogue="togetherai",
    ),
    Host(
        "fireworks",
        OPENAI_CHAT,
        "https://api.fireworks.ai/inference/v1",
        ("FIREWORKS_API_KEY",),
        default_model="accounts/fireworks/models/glm-5p2",
        catalogue="fireworks-ai",
        short_answers=True,
    ),
    Host(
        "cerebras",
        OPENAI_CHAT,
        "https://api.cerebras.ai/v1",
        ("CEREBRAS_API_KEY",),
        default_model="gpt-oss-120b",
        catalogue="cerebras",
    ),
    Host(
        "moonshot",
        OPENAI_CHAT,
        "https://api.moonshot.ai/v1",
        ("MOONSHOT_API_KEY",),
        ("MOONSHOT_BASE_URL",),
        "kimi-k3",
        "moonshotai",
        replay_reasoning=True,
    ),
    Host(
        "zai",
        OPENAI_CHAT,
        "https://api.z.ai/api/paas/v4",
        ("ZAI_API_KEY", "ZHIPU_API_KEY"),
        ("ZAI_BASE_URL",),
        "glm-5.2",
        "zai",
        replay_reasoning=True,
    ),
    Host(
        "dashscope",
        OPENAI_CHAT,
        "https://dashscope-intl.aliyuncs.com/compatible-mode/v1",
        ("DASHSCOPE_API_KEY",),
        ("DASHSCOPE_BASE_URL",),
        "qwen3.8-max",
        "alibaba",
    ),
    Host(
        "github-models",
        OPENAI_CHAT,
        "https://models.github.ai/inference",
        ("GITHUB_MODELS_TOKEN", "GITHUB_TOKEN"),
        default_model="openai/gpt-4.1",
        chosen_alone=False,
    ),
    Host(
        "azure-openai",
        OPENAI_CHAT,
        "https://{AZURE_RESOURCE_NAME}.openai.azure.com/openai/v1",
        ("AZURE_OPENAI_API_KEY", "AZURE_API_KEY"),
        ("AZURE_OPENAI_BASE_URL", "AZURE_OPENAI_ENDPOINT"),
        "gpt-5.2",
        "azure",
        base_path="/openai/v1",
        key_header="api-key",
        prompt_cache_key=True,
    ),
    Host(
        "cohere",
        OPENAI_CHAT,
        "https://api.cohere.ai/compatibility/v1",
        ("COHERE_API_KEY", "CO_API_KEY"),
        default_model="command-a-plus-05-2026",
        catalogue="cohere",
        asks_for_usage=False,
    ),
    Host(
        "huggingface",
        OPENAI_CHAT,
        "https://router.huggingface.co/v1",
        ("HF_TOKEN", "HUGGINGFACE_API_KEY"),
        default_model="zai-org/GLM-5.2",
        catalogue="huggingface",
        chosen_alone=False,
    ),
    Host(
        "ollama",
        OPENAI_CHAT,
        "http://localhost:11434/v1",
        ("OLLAMA_API_KEY",),
        ("OLLAMA_BASE_URL", "OLLAMA_HOST"),
        needs_key=False,
        is_local=True,
        chosen_alone=False,
        base_path="/v1",
    ),
    Host(
        "lmstudio",
        OPENAI_CHAT,
        "http://localhost:1234/v1",
        ("LMSTUDIO_API_KEY", "LM_API_TOKEN"),
        ("LMSTUDIO_BASE_URL",),
        needs_key=False,
        is_local=True,
        chosen_alone=False,
        base_path="/v1",
    ),
    Host(
        "llama.cpp",
        OPENAI_CHAT,
        "http://localhost:8080/v1",
        ("LLAMA_CPP_API_KEY",),
        ("LLAMA_CPP_BASE_URL",),
        needs_key=False,
        is_local=True,
        chosen_alone=False,
        base_path="/v1",
    ),
    Host(
        "vllm",
        OPENAI_CHAT,
        "http://localhost:8000/v1",
        ("VLLM_API_KEY",),
        ("VLLM_BASE_URL",),
        needs_key=False,
        is_local=True,
        chosen_alone=False,
        base_path="/v1",
    ),
    Host(
        "local",
        LOCAL_ENGINE,
        # Which port it is shows when it runs.
        "http://127.0.0.1",
        default_model="qwen2.5-coder-1.5b",
        needs_key=False,
        chosen_alone=False,
        # Who has a server of this name means that.
        moved_protocol=OPENAI_CHAT,
    ),
    Host(
        "openai-compatible",
        OPENAI_CHAT,
        "",
        ("OPENAI_COMPATIBLE_API_KEY",),
        ("OPENAI_COMPATIBLE_BASE_URL",),
        needs_key=False,
        chosen_alone=False,
    ),
    Host(
        "anthropic-compatible",
        ANTHROPIC_MESSAGES,
        "",
        ("ANTHROPIC_COMPATIBLE_API_KEY",),
        ("ANTHROPIC_COMPATIBLE_BASE_URL",),
        needs_key=False,
        chosen_alone=False,
    ),
)
"""All hosts, in the order in which one is chosen when nothing is configured."""
