"""The environment of commands: the user's, without secrets and without what would wait for a person."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping

from pycode.tools.base import ToolContext

_SECRET_WORDS = re.compile(
    "KEY|SECRET|TOKEN(?!IZERS_)|PASSWORD|PASSWD|PASSPHRASE|CREDENTIAL"
    "|(^|_)(PAT|PASS|PWD|AUTH|JWT|COOKIE|CREDS?|DSN)(_(?!SOCK$)|$)"
)
_NO_SECRETS = frozenset({"PWD", "OLDPWD"})
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
_SHELL_START_UP = frozenset({"BASH_ENV", "ENV"})
_FUNCTION_PREFIX = "BASH_FUNC_"

_SETTINGS = {
    "PAGER": "cat",
    "GIT_PAGER": "cat",
    "GIT_EDITOR": "true",
    "GIT_TERMINAL_PROMPT": "0",
    "TERM": "dumb",
    # Python would keep its output back: errors would come before it, and a job would seem silent.
    "PYTHONUNBUFFERED": "1",
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


def command_environment(context: ToolContext) -> dict[str, str]:
    """Return the environment for the commands of a call."""
    runtime = context.runtime
    return clean_environment(os.environ) if runtime is None else dict(runtime.environment())


def _is_withheld(name: str) -> bool:
    return (
        name in _SHELL_START_UP
        or name.startswith(_PROVIDER_PREFIXES)
        or name.startswith(_FUNCTION_PREFIX)
        or (name not in _NO_SECRETS and _SECRET_WORDS.search(name) is not None)
    )
