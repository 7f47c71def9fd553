"""Where the configuration comes from, and which source wins.

From the weakest to the strongest:

1. the built-in defaults (`pycode.config.schema`)
2. the user's file, `config.yaml` in PyCode's folder
3. the repository's files, `.pycode.yaml` and `.pycode/config.yaml` at the project's root
4. the variables `PYCODE_*`
5. flags

Mappings are merged key by key, `instructions` add up, and of everything else the stronger source's value is taken whole. A
permission pattern that is named again moves to the end, since there the last match decides. What a repository says about
permissions and agents is kept apart, because it may only tighten.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Iterable, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any, Final

from pycode.config.home import Home
from pycode.config.kinds import Group, Named, kind_of
from pycode.config.reading import Layer, Leaf, read_tree, read_variables
from pycode.config.report import Report, dotted, quoted
from pycode.config.schema import Config
from pycode.config.tree import plain
from pycode.core.errors import ConfigError
from pycode.system.files import read_bytes
from pycode.system.paths import contains, resolve

LARGEST_FILE: Final = 1_000_000
"""The most bytes that a config file may have."""
PROJECT_FILES: Final = (".pycode.yaml", os.path.join(".pycode", "config.yaml"))
"""The repository's files, below the project's root."""

_INSTRUCTIONS: Final = ("instructions",)
_APART: Final = {"permission": "repository_permission", "agents": "repository_agents"}


def load_config(
    home: Home,
    project_root: Path,
    working_directory: Path,
    environ: Mapping[str, str] = os.environ,
    flags: Mapping[str, Any] | None = None,
    *,
    trusted: bool = False,
) -> Config:
    """Return what all sources come to.

    Args:
        home: PyCode's own folder.
        project_root: The project's root; the repository's files are looked for there and nowhere else.
        working_directory: Where relative paths in `flags` begin.
        environ: The environment variables.
        flags: Key to value, as in a file; a value that is None says nothing.
        trusted: Whether the user trusts the repository; else its agents and instructions are not read.

    Raises:
        ConfigError: A source cannot be read or says something that PyCode does not know; one line for each problem.
    """
    reports: list[Report] = []
    user = _file(home.config_file, home.root, reports, environ)
    layers = [user]
    for name in PROJECT_FILES:
        path = project_root / name
        # In the home directory the user's own file has the place of a repository's.
        if os.path.realpath(path) != os.path.realpath(home.config_file):
            layers.append(_repository_file(path, project_root, reports, user, trusted=trusted))
    if not trusted:
        _forget_agents(layers[1:], reports)
    variables = Report("environment")
    reports.append(variables)
    layers.append(read_variables(environ, variables))
    if flags:
        layers.append(_flags(flags, working_directory, reports))
    problems = [problem for report in reports for problem in report.problems]
    if problems:
        raise ConfigError("\n".join(problems))
    merged = merge(layers)
    return Config(
        **_values(Config, _nested(merged)),
        rule_examples=[examples for report in reports for examples in report.rule_examples],
        warnings=[warning for report in reports for warning in report.warnings],
        untrusted=[
            f"{os.path.relpath(report.name, project_root)} ({', '.join(report.untrusted)})"
            for report in reports
            if report.untrusted
        ],
        sources={".".join(path): leaf.source for path, leaf in merged.items()},
    )


def merge(layers: Iterable[Layer]) -> Layer:
    """Return one layer in which the later of `layers` win; what is named again moves to the end."""
    merged: Layer = {}
    for layer in layers:
        for path, leaf in layer.items():
            earlier = merged.pop(path, None)
            if earlier is not None and path == _INSTRUCTIONS:
                both = [*earlier.value, *leaf.value]
                leaf = Leaf(both, f"{earlier.source}, {leaf.source}")  # noqa: PLW2901
            merged[path] = leaf
    return merged


def _file(
    path: Path,
    base: Path,
    reports: list[Report],
    environ: Mapping[str, str] | None,
    *,
    trusted: bool = False,
) -> Layer:
    """Return what a file says; nothing when there is none. A repository's has no `environ`."""
    report = Report(str(path))
    reports.append(report)
    data = _content(path, report)
    if data is None:
        return {}
    from pycode.config.document import parse

    tree = parse(data, report)
    if tree is None:
        return {}
    of_user = environ is not None
    layer = read_tree(tree, report, environ=environ, of_user=of_user, trusted=trusted)
    return _with_whole_paths(layer, base, report, inside_only=not of_user)


def _content(path: Path, report: Report) -> bytes | None:
    try:
        return read_bytes(Path(os.path.realpath(path)), LARGEST_FILE)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except IsADirectoryError:
        report.problem(0, "is a folder; a file is expected in its place")
    except OSError as error:
        if error.errno == errno.EFBIG:
            report.problem(0, "is larger than 1 MB; make it smaller")
        else:
            report.problem(0, f"cannot be read: {error.strerror}")
    return None


def _repository_file(
    path: Path, root: Path, reports: list[Report], user: Layer, *, trusted: bool
) -> Layer:
    """Return what a repository's file says, its rules and agents under names of their own."""
    layer: Layer = {}
    if not contains(root, path):
        report = Report(str(path))
        report.warning(0, "is ignored; it is a link that leads out of the project")
        reports.append(report)
        return layer
    taken = {key[1] for key in user if key[0] == "agents"}
    refused: dict[str, str] = {}
    for key, leaf in _file(path, root, reports, None, trusted=trusted).items():
        if key[0] == "agents" and key[1] in taken:
            refused.setdefault(key[1], leaf.source)
        else:
            layer[(_APART.get(key[0], key[0]), *key[1:])] = leaf
    for name, source in refused.items():
        reports[-1].add_warning(
            f"{source}: {dotted(('agents', name))} is ignored; your own config.yaml has an agent of this name"
        )
    return layer


def _forget_agents(layers: Iterable[Layer], reports: Iterable[Report]) -> None:
    """Take out the choice of an agent that was not read."""
    found = [report.untrusted["agents"] for report in reports if "agents" in report.untrusted]
    names = {name for node in found if isinstance(node.value, dict) for name in node.value}
    for layer in layers:
        chosen = layer.get(("agent",))
        if chosen is not None and chosen.value in names:
            del layer[("agent",)]


def _flags(flags: Mapping[str, Any], directory: Path, reports: list[Report]) -> Layer:
    report = Report("flag")
    reports.append(report)
    layer = read_tree(plain(dict(flags)), report, environ=None, of_user=True)
    return _with_whole_paths(layer, directory, report, inside_only=False)


def _with_whole_paths(layer: Layer, base: Path, report: Report, *, inside_only: bool) -> Layer:
    """Make the paths of `instructions` absolute and real.

    Args:
        layer: What the source says.
        base: Where relative paths begin.
        report: Where problems and warnings go.
        inside_only: Whether to leave out what lies outside `base`.
    """
    leaf = layer.get(_INSTRUCTIONS)
    if leaf is None:
        return layer
    paths: list[str] = []
    for text in leaf.value:
        try:
            path = resolve(text, base)
        except ValueError as error:
            report.add_problem(f"{leaf.source}: instructions: {error}")
            continue
        if inside_only and not contains(base, path):
            report.add_warning(
                f"{leaf.source}: {quoted(text)} in instructions is ignored; it lies outside the project"
            )
            continue
        paths.append(str(path))
    layer[_INSTRUCTIONS] = Leaf(paths, leaf.source)
    return layer


def _nested(layer: Layer) -> dict[str, Any]:
    tree: dict[str, Any] = {}
    for path, leaf in layer.items():
        place = tree
        for name in path[:-1]:
            place = place.setdefault(name, {})
        if leaf.value == {}:
            place.setdefault(path[-1], {})
        else:
            place[path[-1]] = leaf.value
    return tree


def _values(cls: type[Any], tree: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments that make a `cls` out of merged values."""
    values: dict[str, Any] = {}
    for item in fields(cls):
        if item.name not in tree:
            continue
        value = tree[item.name]
        match kind_of(item.type):
            case Group(cls=inner):
                value = inner(**_values(inner, value))
            case Named(item=Group(cls=inner)):
                value = {name: inner(**_values(inner, entry)) for name, entry in value.items()}
        values[item.name] = value
    return values
