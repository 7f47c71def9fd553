"""The environment of commands: the user's, without secrets and without what would wait for a person."""

from __future__ import annotations

from collections.abc import Mapping

_SECRET_WORDS = ("KEY", "SECRET", "TOKEN", "PASSWORD", "PASSWD", "PASSPHRASE", "CREDENTIAL")
_PROVIDER_PREFIXES = (
    "ANTHROPIC_",
    "OPENAI_",
    "AZURE_OPENAI_",
    "GEMINI_",
    "GOOGLE_API",
    "OPENROUTER_",
    "GROQ_",
    "DEEPSEEK_",
    "MISTRAL_",
    "XAI_",
    "TOGETHER_",
)
# Bash reads a file or functions from these even when it is told to read no start-up file.
_SHELL_START_UP = ("BASH_ENV", "ENV")
_FUNCTION_PREFIX = "BASH_FUNC_"

_SETTINGS = {
    "PAGER": "cat",
    "GIT_PAGER": "cat",
    "GIT_EDITOR": "true",
    "GIT_TERMINAL_PROMPT": "0",
    "TERM": "dumb",
}


def clean_environment(environ: Mapping[str, str]) -> dict[str, str]:
    """Return the environment for child processes.

    Left out are names that say they hold a secret and the variables of model providers; programs are told that there is no
    person at a terminal.

    Args:
        environ: PyCode's own environment.
    """
    kept = {name: value for name, value in environ.items() if not _is_withheld(name.upper())}
    return {**kept, **_SETTINGS}


def _is_withheld(name: str) -> bool:
    return (
        name in _SHELL_START_UP
        or name.startswith(_PROVIDER_PREFIXES)
        or name.startswith(_FUNCTION_PREFIX)
        or any(word in name for word in _SECRET_WORDS)
    )
