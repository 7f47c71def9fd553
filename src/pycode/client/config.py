"""The configuration as it counts in a directory: each value with where it came from, secrets hidden; and what a file may say."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, dataclass, fields, is_dataclass
from pathlib import Path
from typing import Any

from pycode.client.trust import is_trusted
from pycode.config.home import Home
from pycode.config.kinds import Group, Kind, Listed, Named, Rules, Scalar, kind_of
from pycode.config.loader import PROJECT_FILES, load_config
from pycode.config.schema import Config, File
from pycode.core.errors import UsageError
from pycode.permissions.configured import configured_rules
from pycode.workspace.project import find_project

HIDDEN = "(hidden)"
"""What stands for a secret."""

_OWN = frozenset({"rule_examples", "warnings", "untrusted", "sources"})
# A provider's name may have dots in it, too: rather too much is hidden than too little.
_SECRET = re.compile(r"providers\..*\.(api_key|headers\..*)", re.S)
_CREDENTIALS = re.compile(
    r"(?<=://)[^/@\s]*(?=@)|(?<=[?&])[^&=\s]*(?:key|token|secret)[^&=\s]*=[^&\s]*", re.I
)
_NUMBERS: Mapping[str, dict[str, Any]] = {
    "int": {"type": "integer", "minimum": 0},
    "Count": {"type": "integer", "minimum": 1},
    "Seconds": {"type": "number", "exclusiveMinimum": 0},
    "Temperature": {"type": "number", "minimum": 0, "maximum": 2},
    "Price": {"type": "number", "minimum": 0},
    "bool": {"type": "boolean"},
}
_VARIABLE = {"type": "string", "pattern": r"\$\{[A-Za-z_][A-Za-z0-9_]*(:[^}]*)?\}"}


@dataclass(slots=True)
class Setting:
    """One value that counts."""

    key: str
    """Its key, with dots."""
    value: Any
    """The value, or `HIDDEN`."""
    source: str
    """A file with its line, a variable, or `built-in default`."""


@dataclass(slots=True)
class Place:
    """A file that is looked for."""

    path: Path
    """Where."""
    whose: str
    """`user` or `repository`."""
    exists: bool
    """Whether it is there."""


def load(directory: Path, environ: Mapping[str, str]) -> Config:
    """Return the configuration that counts in a directory.

    Raises:
        ConfigError: A file or a variable is wrong; one line for each problem.
        StorageError: Whether the project is trusted cannot be read.
    """
    home = Home.default(environ)
    project = find_project(directory)
    trusted = is_trusted(project.root, home)
    config = load_config(home, project.root, project.directory, environ, {}, trusted=trusted)
    configured_rules(config)  # tries their examples
    return config


def settings(config: Config, beginning: str = "") -> list[Setting]:
    """Return the values that count.

    Args:
        config: The configuration.
        beginning: A key: only it and what lies below it.

    Raises:
        UsageError: There is no such key.
    """
    found = [
        Setting(key, _masked(key, value), config.source(key))
        for item in fields(config)
        if item.name not in _OWN
        for key, value in _leaves(item.name, getattr(config, item.name))
    ]
    wanted = [
        setting
        for setting in found
        if not beginning or setting.key == beginning or setting.key.startswith(f"{beginning}.")
    ]
    if not wanted:
        import difflib

        keys = sorted({setting.key for setting in found})
        near = difflib.get_close_matches(beginning, keys, 1)
        hint = f"did you mean {near[0]!r}?" if near else "'pycode config show' lists all"
        raise UsageError(f"no key {beginning!r} is set or known; {hint}")
    return wanted


def places(directory: Path, environ: Mapping[str, str]) -> list[Place]:
    """Return the files that are looked for, the weakest first.

    Raises:
        ConfigError: PyCode's folder has no place.
    """
    user = Home.default(environ).config_file
    root = find_project(directory).root
    own = [Place(user, "user", user.is_file())]
    others = [root / name for name in PROJECT_FILES]
    return own + [Place(path, "repository", path.is_file()) for path in others]


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema of a file, for editors that check while one types."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "PyCode's config.yaml",
        **_group(File),
    }


def _leaves(key: str, value: Any) -> Iterator[tuple[str, Any]]:
    if is_dataclass(value):
        for item in fields(value):
            inner = getattr(value, item.name)
            # What a mapping's entry leaves open says nothing: its sources are many, and none of them this file.
            if inner is not None and inner != {}:
                yield from _leaves(f"{key}.{item.name}", inner)
    elif isinstance(value, dict) and value:
        for name, inner in value.items():
            if is_dataclass(inner) and not any(True for _ in _leaves("", inner)):
                yield f"{key}.{name}", {}
            else:
                yield from _leaves(f"{key}.{name}", inner)
    else:
        yield key, value


def _masked(key: str, value: Any) -> Any:
    if _SECRET.fullmatch(key):
        return HIDDEN
    if isinstance(value, str):
        return _CREDENTIALS.sub(HIDDEN, value)
    return value


def _group(cls: type[Any]) -> dict[str, Any]:
    required = [
        item.name
        for item in fields(cls)
        if item.default is MISSING and item.default_factory is MISSING
    ]
    schema: dict[str, Any] = {
        "type": "object",
        "properties": {item.name: _property(item) for item in fields(cls)},
        "additionalProperties": False,
    }
    return {**schema, "required": required} if required else schema


def _property(item: Any) -> dict[str, Any]:
    name = str(item.type).removesuffix(" | None")
    schema = _schema(kind_of(item.type), name)
    # A key without a value says nothing, and is no mistake.
    return {"anyOf": [schema, {"type": "null"}]}


def _schema(kind: Kind, name: str) -> dict[str, Any]:
    match kind:
        case Group():
            return _group(kind.cls)
        case Named():
            item = _schema(kind.item, "str")
            inner = item if isinstance(kind.item, Scalar) else {"anyOf": [item, {"type": "null"}]}
            return {"type": "object", "additionalProperties": inner}
        case Listed():
            return {"type": "array", "items": {"type": "string"}}
        case Rules():
            action = {"enum": list(kind.action.words)}
            patterns = {
                "type": "object",
                "additionalProperties": {"anyOf": [action, _rule(action)]},
            }
            return {"type": "object", "additionalProperties": {"anyOf": [action, patterns]}}
    if kind.words:
        return {"anyOf": [{"enum": list(kind.words)}, _VARIABLE]}
    if name in _NUMBERS:
        return {"anyOf": [_NUMBERS[name], _VARIABLE]}
    return {"type": "string"}


def _rule(action: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of a rule with examples."""
    examples = {"anyOf": [{"type": "array", "items": {"type": "string"}}, {"type": "null"}]}
    return {
        "type": "object",
        "properties": {"action": action, "match": examples, "not_match": examples},
        "additionalProperties": False,
        "required": ["action"],
    }
