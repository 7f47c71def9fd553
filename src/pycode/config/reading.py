"""One source, checked against the schema: a tree of values goes in, single values with their places come out.

All that is wrong is noted and the rest still read, so that a person sees every problem of a file at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, Field, dataclass, fields
from typing import Any, Final, TypeAlias

from pycode.config.expand import expand, has_variable
from pycode.config.kinds import Group, Kind, Listed, Named, Rules, Scalar, kind_of
from pycode.config.report import Report, dotted, quoted, suggestion
from pycode.config.schema import File, RuleExamples
from pycode.config.tree import Node
from pycode.core.data import Data

KeyPath: TypeAlias = tuple[str, ...]

_OF_A_RULE: Final = ("action", "match", "not_match")


@dataclass(slots=True, eq=False, repr=False)
class Leaf(Data):
    """A single value, or an empty mapping under a name that the user chose."""

    value: Any
    """The value, checked."""
    source: str
    """Where it is."""


Layer: TypeAlias = dict[KeyPath, Leaf]
"""What one source says, in its order."""


def read_tree(
    tree: Node,
    report: Report,
    *,
    environ: Mapping[str, str] | None,
    of_user: bool,
    trusted: bool = False,
) -> Layer:
    """Return what a source says.

    Args:
        tree: The source's values.
        report: Where problems and warnings go.
        environ: The variables for `${NAME}`; None leaves text as it is.
        of_user: Whether it is the user's own; else it may not set some keys.
        trusted: Whether the user trusts the repository that it is of; else some more keys are not read.
    """
    reader = _Reader(report, environ, of_user=of_user, trusted=trusted)
    reader.group(File, tree, ())
    return _with_one_model(reader.layer, report)


def read_variables(environ: Mapping[str, str], report: Report) -> Layer:
    """Return what the `PYCODE_*` variables say; an empty one says nothing."""
    layer: Layer = {}
    for name, (path, kind) in variables().items():
        text = environ.get(name)
        if not text:
            continue
        value = _parsed(text, kind)
        if value is None:
            report.add_problem(f"{name} must be {kind.what}")
        else:
            layer[path] = Leaf(value, name)
    return layer


def variables() -> dict[str, tuple[KeyPath, Scalar]]:
    """Return the variable of each key that holds one value and has a fixed path: name to path and kind."""
    return {"PYCODE_" + "_".join(path).upper(): (path, kind) for path, kind in _scalars(File, ())}


def _scalars(cls: type[Any], path: KeyPath) -> list[tuple[KeyPath, Scalar]]:
    found: list[tuple[KeyPath, Scalar]] = []
    for item in fields(cls):
        kind = kind_of(item.type)
        if isinstance(kind, Scalar):
            found.append(((*path, item.name), kind))
        # The model has one variable, not three.
        elif isinstance(kind, Group) and item.name != "default_model":
            found += _scalars(kind.cls, (*path, item.name))
    return found


def _parsed(text: str, kind: Scalar) -> object:
    """Return the value that text means, or None when it means none."""
    try:
        value = kind.parse(text)
    except ValueError:
        return None
    return value if kind.accepts(value) else None


def _with_one_model(layer: Layer, report: Report) -> Layer:
    """Turn `default_model` into `model`."""
    provider = layer.pop(("default_model", "provider"), None)
    name = layer.pop(("default_model", "model"), None)
    if provider is None or name is None:
        return layer
    if ("model",) in layer:
        report.add_problem(f"{name.source}: model and default_model name a model each; keep one")
    layer[("model",)] = Leaf(f"{provider.value}/{name.value}", name.source)
    return layer


class _Reader:
    def __init__(
        self,
        report: Report,
        environ: Mapping[str, str] | None,
        *,
        of_user: bool,
        trusted: bool,
    ) -> None:
        self.layer: Layer = {}
        self._report = report
        self._environ = environ
        self._of_user = of_user
        self._trusted = trusted

    def group(self, cls: type[Any], node: Node, path: KeyPath) -> None:
        """Read a mapping with the keys of a class."""
        entries = self._mapping(node, path)
        known = {item.name: item for item in fields(cls)}
        for key, child in entries.items():
            if self._report.full:
                return
            item = known.get(key)
            if item is None:
                where = f" in {dotted(path)}" if path else ""
                near = suggestion(key, known)
                self._report.problem(child.line, f"unknown key {quoted(key)}{where}; {near}")
            elif self._may_set(item, child) and child.value is not None:
                self._value(kind_of(item.type), child, (*path, key))
        if isinstance(node.value, dict):
            self._check_required(known, node, path)

    def _may_set(self, item: Field[Any], node: Node) -> bool:
        if self._of_user:
            return True
        if item.metadata.get("user_only"):
            self._report.warning(
                node.line, f"{item.name} is ignored; only your own config.yaml may set it"
            )
            return False
        if item.metadata.get("needs_trust") and not self._trusted:
            self._report.untrusted[item.name] = node
            return False
        return True

    def _check_required(self, known: Mapping[str, Field[Any]], node: Node, path: KeyPath) -> None:
        assert isinstance(node.value, dict)  # noqa: S101 - the caller looked
        for name, item in known.items():
            if item.default is MISSING and item.default_factory is MISSING:
                entry = node.value.get(name)
                if entry is None or entry.value is None:
                    self._report.problem(node.line, f"{dotted(path)} needs the key {quoted(name)}")

    def _value(self, kind: Kind, node: Node, path: KeyPath) -> None:
        match kind:
            case Scalar():
                self._keep(path, self._scalar(kind, node, path), node)
            case Group():
                self.group(kind.cls, node, path)
            case Named():
                self._named(kind, node, path)
            case Listed():
                self._keep(path, self._list(kind, node, path), node)
            case Rules():
                self._rules(kind, node, path)

    def _keep(self, path: KeyPath, value: object, node: Node) -> None:
        if value is not None:
            self.layer[path] = Leaf(value, self._report.place(node.line))

    def _named(self, kind: Named, node: Node, path: KeyPath) -> None:
        for name, child in self._mapping(node, path).items():
            own = (*path, name)
            if isinstance(kind.item, Group):
                # A name alone says something too: `providers: {ollama: }`.
                self.layer[own] = Leaf({}, self._report.place(child.line))
            if child.value is not None:
                self._value(kind.item, child, own)

    def _list(self, kind: Listed, node: Node, path: KeyPath) -> list[Any] | None:
        if not isinstance(node.value, list):
            self._wrong(node, path, "a list")
            return None
        values = (self._scalar(kind.item, child, path) for child in node.value)
        return [value for value in values if value is not None]

    def _rules(self, kind: Rules, node: Node, path: KeyPath) -> None:
        for key, child in self._mapping(node, path).items():
            if isinstance(child.value, dict):
                for pattern, rule in child.value.items():
                    own = (*path, key, pattern)
                    if isinstance(rule.value, dict):
                        self._rule_with_examples(kind, rule, rule.value, own)
                    else:
                        self._rule(kind, rule, own, shown=own)
            else:
                self._rule(kind, child, (*path, key, "*"), shown=(*path, key))

    def _rule(self, kind: Rules, node: Node, path: KeyPath, shown: KeyPath) -> None:
        self._keep(path, self._scalar(kind.action, node, shown), node)

    def _rule_with_examples(
        self, kind: Rules, node: Node, entries: Mapping[str, Node], path: KeyPath
    ) -> None:
        """Read a rule that says what it matches and what not."""
        for name, child in entries.items():
            if name not in _OF_A_RULE:
                near = suggestion(name, _OF_A_RULE)
                where = dotted(path)
                self._report.problem(child.line, f"unknown key {quoted(name)} in {where}; {near}")
        action = entries.get("action")
        if action is None:
            self._report.problem(node.line, f'{dotted(path)} needs the key "action"')
            return
        self._rule(kind, action, path, shown=(*path, "action"))
        match, not_match = (self._examples(entries, (*path, name)) for name in _OF_A_RULE[1:])
        leaf = self.layer.get(path)
        if leaf is not None and (match or not_match):
            self._report.rule_examples.append(
                RuleExamples(
                    place=self._report.place(node.line),
                    key=dotted(path),
                    permission=path[-2],
                    pattern=path[-1],
                    action=leaf.value,
                    match=match,
                    not_match=not_match,
                )
            )

    def _examples(self, entries: Mapping[str, Node], path: KeyPath) -> list[str]:
        """Return a rule's examples, which are taken as they are, as patterns are."""
        node = entries.get(path[-1])
        if node is None or node.value is None:
            return []
        if not isinstance(node.value, list):
            self._wrong(node, path, "a list")
            return []
        for child in node.value:
            if not isinstance(child.value, str):
                self._wrong(child, path, "a list of text")
        return [child.value for child in node.value if isinstance(child.value, str)]

    def _scalar(self, kind: Scalar, node: Node, path: KeyPath) -> object:
        """Return the value, or None after a problem was noted."""
        value: object = node.value
        if isinstance(value, str) and has_variable(value):
            if self._environ is not None:
                return self._from_variables(kind, node, value, path, self._environ)
            if not self._of_user:
                name = dotted(path)
                self._report.warning(
                    node.line, f"{name} keeps its ${{…}}; variables are not read for a repository"
                )
        elif isinstance(value, str) and self._environ is not None:
            value = expand(value, self._environ)
        if kind.accepts(value):
            return value
        self._wrong(node, path, kind.what, kind.words)
        return None

    def _from_variables(
        self, kind: Scalar, node: Node, text: str, path: KeyPath, environ: Mapping[str, str]
    ) -> object:
        try:
            text = expand(text, environ)
        except ValueError as error:
            self._report.problem(node.line, f"{dotted(path)}: {error}")
            return None
        value = _parsed(text, kind)
        if value is None:
            self._report.problem(
                node.line,
                f"{dotted(path)} must be {kind.what}, and its variables give something else",
            )
        return value

    def _mapping(self, node: Node, path: KeyPath) -> dict[str, Node]:
        if isinstance(node.value, dict):
            return node.value
        if node.value is not None:
            self._wrong(node, path, "a mapping of keys")
        return {}

    def _wrong(self, node: Node, path: KeyPath, what: str, words: tuple[str, ...] = ()) -> None:
        """Note a value of another kind than `what`; the value itself is not told, since it may be a secret."""
        name = dotted(path) if path else "the file"
        called = _called(node.value)
        end = f", not {called}"
        if isinstance(node.value, str) and words:
            near = suggestion(node.value, words)
            end = f"; {near}" if near.startswith("did") else ""
        elif called == "a number" and called in what.replace("whole ", ""):
            end = ""
        elif what == "text" and called in ("a number", "true or false"):
            end += "; put it in quotes"
        self._report.problem(node.line, f"{name} must be {what}{end}")


def _called(value: object) -> str:
    if value is None:
        return "nothing"
    names = {bool: "true or false", int: "a number", float: "a number", str: "text", list: "a list"}
    return names.get(type(value), "a mapping")
