"""A YAML file as a tree that knows its lines.

YAML's own constructors would lose the lines, take the last of two equal keys and make whatever a tag asks for. Here only
text, numbers, true, false and null are made, from plain scalars, as mappings and lists of them. yaml is imported with this
module, which is imported when there is a file to read.
"""

from __future__ import annotations

from typing import Any, Final

import yaml

from pycode.config.report import Report, quoted
from pycode.config.tree import Node, Value

try:
    from yaml import CSafeLoader as Loader
except ImportError:
    # PyYAML can be built without libyaml; slower, and otherwise the same.
    from yaml import SafeLoader as Loader  # type: ignore[assignment]

MOST_ALIASES: Final = 20
"""How many times a file may refer back to an anchor: enough for people, too few for a bomb."""
DEEPEST: Final = 10
"""How deep mappings and lists may lie in each other; no key lies that deep."""

_TAG: Final = "tag:yaml.org,2002:"
_PLAIN: Final = frozenset(_TAG + name for name in ("str", "int", "float", "bool", "null"))


def parse(data: bytes, report: Report) -> Node | None:
    """Return what a file says, or None when it cannot be read.

    Args:
        data: The file's content.
        report: Where problems go.
    """
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        report.problem(line, "is not UTF-8; save the file in that encoding")
        return None
    loader = Loader(data)
    try:
        root = loader.get_single_node()
        if root is None:
            return Node({}, 1)
        builder = _Builder(loader, report)
        value = builder.build(root, 1)
        return Node(value, 1) if builder.aliases <= MOST_ALIASES else None
    except yaml.YAMLError as error:
        _broken(error, data, report)
    except RecursionError:
        report.problem(0, "is nested too deeply")
    finally:
        loader.dispose()
    return None


class _Builder:
    """Makes values from YAML's nodes; each node once, however often it is referred to."""

    def __init__(self, loader: Any, report: Report) -> None:
        self._loader = loader
        self._report = report
        self._built: dict[int, Value] = {}
        self._open: set[int] = set()
        self.aliases = 0

    def build(self, node: Any, depth: int) -> Value:
        key = id(node)
        line = node.start_mark.line + 1
        if key in self._built or key in self._open:
            self.aliases += 1
            if self.aliases == MOST_ALIASES + 1:
                self._report.problem(
                    line, f"more than {MOST_ALIASES} aliases; write the values out"
                )
            if key in self._open:
                self._report.problem(line, "an anchor that contains itself")
            return self._built.get(key)
        if depth > DEEPEST:
            self._report.problem(line, "is nested too deeply")
            return None
        self._open.add(key)
        value = self._make(node, depth)
        self._open.discard(key)
        self._built[key] = value
        return value

    def _make(self, node: Any, depth: int) -> Value:
        if node.tag != self._implied_tag(node):
            tag = quoted(node.tag.replace(_TAG, "!!"))
            line = node.start_mark.line + 1
            self._report.problem(line, f"the tag {tag} is not understood here; leave it out")
            return None
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, depth)
        if isinstance(node, yaml.SequenceNode):
            items = node.value
            return [Node(self.build(item, depth + 1), item.start_mark.line + 1) for item in items]
        return self._scalar(node)

    def _implied_tag(self, node: Any) -> str:
        """Return the tag that the node has by itself, when its author wrote none."""
        is_plain = isinstance(node, yaml.ScalarNode) and not node.style
        value = node.value if isinstance(node, yaml.ScalarNode) else None
        tag: str = self._loader.resolve(type(node), value, (is_plain, not is_plain))
        return tag

    def _mapping(self, node: Any, depth: int) -> dict[str, Node]:
        entries: dict[str, Node] = {}
        for key_node, value_node in node.value:
            if self._report.full:
                break
            line = key_node.start_mark.line + 1
            if not isinstance(key_node, yaml.ScalarNode) or key_node.tag != _TAG + "str":
                name = quoted(key_node.value) if isinstance(key_node.value, str) else "a key"
                self._report.problem(line, f"{name} must be text; put it in quotes")
                continue
            name = key_node.value
            if name in entries:
                first = entries[name].line
                self._report.problem(
                    line, f"the key {quoted(name)} is there twice, first in line {first}"
                )
                continue
            entries[name] = Node(self.build(value_node, depth + 1), line)
        return entries

    def _scalar(self, node: Any) -> Value:
        line = node.start_mark.line + 1
        if node.tag not in _PLAIN:
            self._report.problem(
                line, f"{quoted(node.value)} is read as a date or a merge; put it in quotes"
            )
            return None
        try:
            value: Value = self._loader.construct_object(node)
        except (ValueError, OverflowError):
            # Python refuses numbers of thousands of digits.
            self._report.problem(line, f"{quoted(node.value)} is not a number; put it in quotes")
            return None
        return value


def _broken(error: yaml.YAMLError, data: bytes, report: Report) -> None:
    if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark is not None:
        line, column = error.problem_mark.line + 1, error.problem_mark.column + 1
        report.problem(line, f"broken YAML: {error.problem}{_hint(error, data)}", column)
        return
    # Only the reader's errors have no mark: a character that YAML forbids.
    position = getattr(error, "position", 0)
    line = data.count(b"\n", 0, position) + 1
    report.problem(line, "broken YAML: a control character; remove it")


def _hint(error: yaml.MarkedYAMLError, data: bytes) -> str:
    if error.context and ("alias" in error.context or "anchor" in error.context):
        return "; text that begins with * or & needs quotes"
    lines = data.splitlines()
    number = error.problem_mark.line if error.problem_mark is not None else len(lines)
    line = lines[number] if number < len(lines) else b""
    if b"\t" in line:
        return "; indent with spaces, not with tabs"
    if b"${" in line:
        return "; text with ${ needs quotes between { and }"
    return ""
