"""The reference pages in docs/, made from the code: what a field means is said once, in its docstring.

`python dev/reference.py` writes the pages; with `--check` it only says which are out of date, and exits with 1 then. A public
field without a docstring is an error.
"""

# ruff: noqa: INP001 - a script beside the package, not a package

from __future__ import annotations

import ast
import inspect
import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import MISSING, Field, dataclass, fields
from pathlib import Path
from typing import Any

import click

from pycode.cli.group import COMMANDS, pycode
from pycode.cli.options import Options
from pycode.config.kinds import Group, Kind, Listed, Named, Rules, Scalar, kind_of
from pycode.config.reading import variables
from pycode.config.schema import File
from pycode.core.errors import ProviderError, PyCodeError
from pycode.core.events import EVENT_CLASSES, Event
from pycode.core.message import Message
from pycode.core.parts import PART_CLASSES, Part
from pycode.core.session import Session
from pycode.permissions.decide import MODE_TABLE
from pycode.permissions.modes import KINDS, MODES
from pycode.providers.hosts import HOSTS, LOCAL_ENGINE, Host
from pycode.tools import Tool, default_registry
from pycode.tools.schema import BuiltinTool

DOCS = Path(__file__).resolve().parent.parent / "docs"
NOTE = (
    "<!-- Made by dev/reference.py from the code. Change the docstrings there, not this page. -->"
)


class UndocumentedError(Exception):
    """A public field has no docstring; the text names all of them."""


@dataclass(slots=True, frozen=True)
class Entry:
    """A field as its source says it."""

    name: str
    """The field's name."""
    annotation: str
    """Its type, as written."""
    text: str
    """Its docstring, in one line."""


def main(arguments: Sequence[str], docs: Path = DOCS) -> int:
    """Write the pages, or check them; return the exit code.

    Args:
        arguments: `--check`, or nothing.
        docs: The folder of the pages.
    """
    if list(arguments) not in ([], ["--check"]):
        print("usage: python dev/reference.py [--check]", file=sys.stderr)
        return 2
    try:
        pages = {name: make() for name, make in PAGES.items()}
    except UndocumentedError as error:
        print(error, file=sys.stderr)
        return 1
    stale = [name for name, text in pages.items() if _content(docs / name) != text]
    if arguments:
        for name in stale:
            print(f"docs/{name} is out of date; run: python dev/reference.py", file=sys.stderr)
        return 1 if stale else 0
    docs.mkdir(exist_ok=True)
    for name in stale:
        (docs / name).write_text(pages[name], encoding="utf-8", newline="\n")
        print(f"wrote docs/{name}")
    return 0


def entries(cls: type[Any]) -> list[Entry]:
    """Return the fields that a class itself declares, in order.

    What says no more than the class's name is left out: class variables, and a `type` with one value.

    Raises:
        UndocumentedError: One of them has no docstring.
    """
    found: list[Entry] = []
    missing: list[str] = []
    for name, annotation, text in _declared(cls):
        if text is None:
            missing.append(f"{cls.__module__}.{cls.__qualname__}.{name} has no docstring")
        else:
            found.append(Entry(name, annotation, " ".join(text.split())))
    if missing:
        raise UndocumentedError("\n".join(missing))
    return found


def _declared(cls: type[Any]) -> Iterator[tuple[str, str, str | None]]:
    body = _body(cls)
    for statement, after in zip(body, [*body[1:], None], strict=True):
        if not isinstance(statement, ast.AnnAssign) or not isinstance(statement.target, ast.Name):
            continue
        name, annotation = statement.target.id, ast.unparse(statement.annotation)
        if name.startswith("_") or annotation.startswith("ClassVar") or _is_tag(statement):
            continue
        yield name, annotation, _text(after)


def _text(statement: ast.stmt | None) -> str | None:
    """Return the text of a statement that is nothing but text."""
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
        return statement.value.value if isinstance(statement.value.value, str) else None
    return None


def _body(cls: type[Any]) -> list[ast.stmt]:
    module = ast.parse(Path(inspect.getfile(cls)).read_text(encoding="utf-8"))
    for node in ast.walk(module):
        if isinstance(node, ast.ClassDef) and node.name == cls.__name__:
            return node.body
    raise LookupError(f"{cls.__qualname__} is not in the file of its module")


def _is_tag(statement: ast.AnnAssign) -> bool:
    """Return whether a field can hold one value only: `type: Literal["text"] = "text"`."""
    kind = statement.annotation
    if not isinstance(kind, ast.Subscript) or ast.unparse(kind.value) != "Literal":
        return False
    return statement.value is not None and ast.dump(kind.slice) == ast.dump(statement.value)


def _content(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.exists() else None


# The pages.


def config_page() -> str:
    """Return the page about `config.yaml`."""
    parts = [_CONFIG_INTRODUCTION, "## All keys", _key_table(File, "")]
    for path, cls in _groups(File, ""):
        parts += [f"## `{path}`", str(inspect.getdoc(cls)), _key_table(cls, path)]
    return _page("Configuration", parts)


def events_page() -> str:
    """Return the page about what the bus carries."""
    parts = [
        _EVENTS_INTRODUCTION,
        "## Every event",
        _table(Event),
    ]
    for cls in EVENT_CLASSES:
        parts += [f"## `{cls.type}`", str(inspect.getdoc(cls)), _table(cls)]
    return _page("Events", parts)


def errors_page() -> str:
    """Return the page about the error tree; what to do is in `errors.md` beside this script.

    Raises:
        UndocumentedError: It does not say what to do about one of them.
    """
    mends = dict(_pairs(Path(__file__).with_name("errors.md")))
    tree = list(_tree(PyCodeError, 0))
    missing = sorted({cls.code for cls, _ in tree} ^ mends.keys())
    if missing:
        raise UndocumentedError(f"dev/errors.md and the codes differ in {', '.join(missing)}")
    rows = [
        (
            f"[`{cls.code}`](#{cls.code})",
            "\N{NO-BREAK SPACE}" * 4 * depth + f"`{cls.__name__}`",
            str(cls.exit_code),
            "yes" if getattr(cls, "retryable", False) else "",
            _first_sentence(cls),
        )
        for cls, depth in tree
    ]
    carried = [(f"`{name}`", text) for name, text in _attributes(ProviderError)]
    parts = [
        "What `pycode.core.errors` holds. The code is a stable name for programs; the exit code is that of the command line.",
        _markdown_table(("code", "class", "exit code", "a retry can help", "meaning"), rows),
    ]
    for cls, _ in tree:
        parts += [f"## {cls.code}", f"{_first_sentence(cls)} {mends[cls.code]}"]
    parts += [
        "## What a `ProviderError` carries",
        _markdown_table(("attribute", "meaning"), carried),
    ]
    return _page("Errors", parts)


def commands_page() -> str:
    """Return the page about the command line."""
    context = click.Context(pycode, info_name="pycode")
    names = {item.name for item in fields(Options)}
    shared = {opt for option in pycode.params if option.name in names for opt in option.opts}
    own = {opt for option in pycode.params for opt in option.opts} - shared
    parts = [
        _COMMANDS_INTRODUCTION,
        _markdown_table(
            ("command", "what it does"),
            [(f"[`{name}`](#pycode-{name})", text) for name, text in sorted(COMMANDS.items())],
        ),
        "## `pycode` alone",
        _option_table(pycode, context, shared),
        "## Shared options",
        "Before the command, and behind those that take them.",
        _option_table(pycode, context, own),
    ]
    for name in sorted(COMMANDS):
        command = pycode.get_command(context, name)
        if command is not None:
            parts += _command_parts(command, click.Context(command, context, name), 2, shared)
    return _page("Commands", parts)


def messages_page() -> str:
    """Return the page about sessions, messages and parts."""
    parts = ["What `pycode.core` holds. All times are UTC milliseconds."]
    for cls in (Session, Message):
        parts += [f"## `{cls.__name__}`", str(inspect.getdoc(cls)), _table(cls)]
    parts += ["## Every part", "A part's `type` tells which one it is.", _table(Part)]
    for name, part in PART_CLASSES.items():
        parts += [f"## `{name}`: `{part.__name__}`", str(inspect.getdoc(part)), _table(part)]
    return _page("Sessions, messages and parts", parts)


def tools_page() -> str:
    """Return the page about the built-in tools."""
    tools = default_registry().get_all()
    rows = [
        (
            f"[`{tool.name}`](#{tool.name})",
            f"`{tool.permission}`",
            "behind `more_tools`" if tool.deferred else "with every request",
            "yes" if tool.read_only else "",
            getattr(tool, "bounds", ""),
        )
        for tool in tools
    ]
    head = ("tool", "permission key", "the model is told of it", "changes nothing", "bounds")
    parts = [_TOOLS_INTRODUCTION, _markdown_table(head, rows)]
    for tool in tools:
        parts += [f"## `{tool.name}`", _description(tool), _parameter_table(tool)]
    return _page("Tools", parts)


def providers_page() -> str:
    """Return the page about who hosts models."""
    rows = [
        (
            f"[`{host.name}`](#{host.name.replace('.', '')})",
            _codes(host.key_variables),
            f"`{host.protocol}`",
            f"`{host.default_model}`" if host.default_model else "",
        )
        for host in HOSTS
    ]
    head = ("provider", "variables for the key", "protocol", "default model")
    parts = [_PROVIDERS_INTRODUCTION, _markdown_table(head, rows)]
    for host in HOSTS:
        parts += [f"## `{host.name}`", _about_host(host), _host_example(host)]
    return _page("Providers", parts)


def permissions_page() -> str:
    """Return the page about what is asked, allowed and denied; its text is in `permissions.md` beside this script."""
    rows = [(KINDS[kind], *(cells[mode] for mode in MODES)) for kind, cells in MODE_TABLE.items()]
    table = _markdown_table(("what", *(f"`{mode}`" for mode in MODES)), rows)
    text = Path(__file__).with_name("permissions.md").read_text(encoding="utf-8").strip()
    return _page("Permissions", [text.replace("{table}", table)])


PAGES: Mapping[str, Callable[[], str]] = {
    "commands.md": commands_page,
    "config.md": config_page,
    "errors.md": errors_page,
    "events.md": events_page,
    "messages.md": messages_page,
    "permissions.md": permissions_page,
    "providers.md": providers_page,
    "tools.md": tools_page,
}
"""File name to what makes the page."""


# Pieces of pages.


def _page(title: str, parts: Sequence[str]) -> str:
    return "\n\n".join([f"# {title}", NOTE, *(part for part in parts if part)]) + "\n"


def _command_parts(
    command: click.Command, context: click.Context, level: int, shared: set[str]
) -> Iterator[str]:
    """Yield the pieces about a command and its subcommands."""
    yield f"{'#' * level} `{context.command_path}`"
    usage = " ".join(command.collect_usage_pieces(context))
    yield f"```text\n{context.command_path} {usage}\n```"
    yield inspect.cleandoc(command.help or "").replace("\b\n", "")
    takes_shared = shared <= {name for option in command.params for name in option.opts}
    yield _option_table(command, context, shared if takes_shared else set())
    if takes_shared:
        yield "It takes the [shared options](#shared-options) too."
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            inner = command.get_command(context, name)
            if inner is not None:
                yield from _command_parts(
                    inner, click.Context(inner, context, name), level + 1, shared
                )


def _option_table(command: click.Command, context: click.Context, without: set[str]) -> str:
    records = (
        option.get_help_record(context)
        for option in command.params
        if isinstance(option, click.Option) and not without & set(option.opts)
    )
    rows = [(f"`{record[0]}`", record[1]) for record in records if record is not None]
    return _markdown_table(("option", "meaning"), rows)


def _pairs(path: Path) -> Iterator[tuple[str, str]]:
    """Yield the name and the text of each line of a file of ours."""
    for line in path.read_text(encoding="utf-8").splitlines():
        name, _, text = line.partition(": ")
        yield name, text


def _table(cls: type[Any]) -> str:
    """Return the table of a class's own fields, empty when it has none."""
    rows = [(f"`{entry.name}`", f"`{entry.annotation}`", entry.text) for entry in entries(cls)]
    return _markdown_table(("field", "type", "meaning"), rows)


def _markdown_table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    if not rows:
        return ""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(
        "| " + " | ".join(c.replace("|", "\\|") for c in line) + " |" for line in lines
    )


def _key_table(cls: type[Any], path: str) -> str:
    texts = {entry.name: entry.text for base in cls.__mro__[:-1] for entry in entries(base)}
    names = {keys: name for name, (keys, _) in variables().items()}
    rows = []
    for item in fields(cls):
        variable = names.get((*path.split("."), item.name) if path else (item.name,), "")
        text = texts[item.name]
        if item.metadata.get("user_only"):
            text += " Ignored in a repository's file."
        if item.metadata.get("needs_trust"):
            text += " Ignored in a repository's file until you trust the project."
        what = _what(kind_of(item.type))
        rows.append(
            (f"`{item.name}`", what, _default(item), f"`{variable}`" if variable else "", text)
        )
    return _markdown_table(("key", "value", "default", "variable", "meaning"), rows)


def _codes(names: Sequence[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _about_host(host: Host) -> str:
    """Return the sentences about a host that its data says."""
    if host.protocol == LOCAL_ENGINE:
        return _ABOUT_LOCAL
    said = []
    if host.has_own_address:
        said.append(f"It is at `{host.base_url}`.")
        if host.base_url_variables:
            spoken = f" (there `{host.moved_protocol}`)" if host.moved_protocol else ""
            said.append(f"Another address{spoken}: {_codes(host.base_url_variables)}.")
    else:
        said.append(f"Its address must be said: {_codes(host.address_variables)}.")
    if host.base_path:
        said.append(f"An address without a path gets `{host.base_path}`.")
    need = "Its key" if host.needs_key else "A key, where it wants one"
    said.append(f"{need}: {_codes(host.key_variables)}.")
    if host.is_local:
        said.append("It is taken by itself when nothing else is configured and it runs.")
    elif not host.chosen_alone:
        said.append("It is never chosen only because its key is there: name it.")
    return " ".join(said)


def _host_example(host: Host) -> str:
    model = host.default_model or ("qwen3:8b" if host.name == "ollama" else "MODEL")
    lines = [f"export {name}=https://..." for name in host.base_url_variables[:1]]
    if host.has_own_address:
        lines = []
    if host.needs_key:
        lines.append(f"export {host.key_variables[0]}=...")
    lines.append(f'pycode run -m {host.name}/{model} "fix the failing test"')
    return "\n".join(["```sh", *lines, "```"])


def _description(tool: Tool) -> str:
    """Return what the model is told; what depends on the machine is named in italics."""
    text = Path(inspect.getfile(type(tool))).with_suffix(".md").read_text(encoding="utf-8")
    return re.sub(r"\{(\w+)\}", r"*\1*", text.strip())


def _parameter_table(tool: Tool) -> str:
    if not isinstance(tool, BuiltinTool):
        return ""
    schema = tool.parameters_schema
    aliases: dict[str, list[str]] = {}
    for alias, name in tool.aliases.items():
        aliases.setdefault(name, []).append(f"`{alias}`")
    rows = []
    for entry in entries(tool.parameters_type):
        text = entry.text
        if entry.name in aliases:
            text += f" Also taken as {', '.join(aliases[entry.name])}."
        bounds = _bounds(schema["properties"][entry.name])
        required = "yes" if entry.name in schema["required"] else ""
        rows.append((f"`{entry.name}`", f"`{entry.annotation}`", required, bounds, text))
    return _markdown_table(("parameter", "type", "required", "bounds", "meaning"), rows)


def _bounds(schema: Mapping[str, Any]) -> str:
    if "enum" in schema:
        return ", ".join(f"`{choice}`" for choice in schema["enum"])
    low, high = schema.get("minimum"), schema.get("maximum")
    if low is None and high is None:
        return ""
    return f"{low:,} to {high:,}" if high is not None and low is not None else f"from {low:,}"


def _what(kind: Kind) -> str:
    match kind:
        case Scalar():
            return kind.what
        case Listed():
            return f"a list of {kind.item.what}"
        case Named(item=Scalar(what=what)):
            return f"a mapping of names to {what}"
        case Named():
            return "a mapping of names to keys, see below"
        case Rules():
            return f"a mapping of permission keys to {kind.action.what}, or to patterns with one of these each"
    return "a mapping, see below"


def _default(item: Field[Any]) -> str:
    if item.default is MISSING and item.default_factory is MISSING:
        return "must be there"
    return f"`{item.default}`" if isinstance(item.default, int | float) else ""


def _groups(cls: type[Any], path: str) -> Iterator[tuple[str, type[Any]]]:
    """Yield the mappings with keys of their own below a class."""
    for item in fields(cls):
        match kind_of(item.type):
            case Group(cls=inner):
                yield path + item.name, inner
            case Named(item=Group(cls=inner)):
                yield f"{path}{item.name}.<name>", inner


def _tree(cls: type[PyCodeError], depth: int) -> Iterator[tuple[type[PyCodeError], int]]:
    yield cls, depth
    for child in cls.__subclasses__():
        # Other modules may have errors of their own below these.
        if child.__module__ == PyCodeError.__module__:
            yield from _tree(child, depth + 1)


def _first_sentence(cls: type[Any]) -> str:
    return " ".join(str(inspect.getdoc(cls)).split("\n\n")[0].split())


def _attributes(cls: type[Any]) -> list[tuple[str, str]]:
    _, _, block = str(inspect.getdoc(cls)).partition("Attributes:\n")
    pairs = [line.strip().partition(": ") for line in block.splitlines()]
    return [(name, text) for name, mark, text in pairs if mark]


_ABOUT_LOCAL = """\
It runs GGUF models with llama.cpp, in a process of PyCode's own on this machine: without a key, a server or the network.
`pip install "pycode-agent[local]"` brings the engine, `pycode models install local` a small model; `-m local//path/to/model.gguf`
takes any other file, and a larger model is much better. It is taken by itself when nothing else is configured, no local server
runs and a model is installed. The process is started at the first request, computes with one thread a core, ends when it has had
no request for ten minutes and never outlives PyCode. What it evaluated of a long prompt is kept under `cache/local-prompts` in
PyCode's folder, so that the next session need not wait for it. A model gets 8,192 tokens of context, or what
`models: {local/NAME: {context: N}}` says; memory is checked before it is loaded."""

_PROVIDERS_INTRODUCTION = """\
A model is named as `provider/model`: with `-m`, or as `model` in `~/.pycode/config.yaml`. Where none is named, the first
provider of this table that has a key is taken with its default model, and PyCode says so; where there is no key at all,
a model that runs on this machine.

A key is, in this order, the one of `config.yaml` (`providers.<name>.api_key`), the one of the environment, and the one that was
stored with `pycode auth login PROVIDER`: in the system's keyring where the extra is installed (`pip install
'pycode-agent[keyring]'`), else in `~/.pycode/credentials`, which only you can read. `pycode auth list` shows where each key is
from.

`pycode models [PROVIDER]` lists models, what they can do and cost, and says which can be used now. The facts come with PyCode, from
[models.dev](https://models.dev); `pycode models --refresh` gets newer ones. What you know better goes before both, and any
model that nobody lists works too:

```yaml
models:
  openai-compatible/my-model: {context: 65536, output: 8192, input_price: 0.5, output_price: 1.5}
```

A provider of your own needs an address, and a protocol when it is not `openai-chat`:

```yaml
providers:
  mine: {base_url: "https://models.example.com/v1", api_key: "${MY_KEY}"}
```

**Servers on your machine** are asked what their models can do, and the context that counts is the one that they run with. Ollama gives
a model 4,096 tokens on most machines and cuts what is longer without a word; PyCode warns of it. With `models:
{"ollama/qwen3:8b": {context: 32768}}` it has Ollama offer the model with that context, under a second name that shares the
weights, since Ollama's OpenAI interface takes no context with a request."""

_COMMANDS_INTRODUCTION = """\
What can be typed. `pycode COMMAND --help` says the same. What a program would want is on stdout, everything else on stderr; where a
command shows a table in a terminal, each line of it has its columns separated by tabs in a pipe. Exit codes: 0 done, 1 failed, 2
wrong usage or configuration, and those of `pycode run`; [errors](errors.md) has them all."""

_TOOLS_INTRODUCTION = """\
What the model may do. Rules name the permission key: see [configuration](config.md). The result of any tool has at most 2,000
lines and 50,000 bytes, and says where the rest is. Names of parameters are also taken in camelCase and under the aliases below, and a
value of another type where it has one reading; all else is explained to the model with a valid example."""

_EVENTS_INTRODUCTION = """\
What `pycode.core.events` holds and the bus carries. A `session` has the fields of `Session`, a `message` those of `Message`
without `parts`, and a `part` is one of the parts: see [messages](messages.md). As JSON an event has its `type`, and no fields
that are null."""

_CONFIG_INTRODUCTION = """\
PyCode reads its configuration from these places; the later one wins:

1. the built-in defaults
2. your own file, `~/.pycode/config.yaml` (`PYCODE_HOME` moves the folder)
3. the repository's files, `.pycode.yaml` and `.pycode/config.yaml` at the project's root and nowhere else
4. the variables `PYCODE_*` below; an empty one says nothing
5. flags of the command line

Mappings are merged key by key, `instructions` add up, and of everything else the later value is taken whole. Keys that are
unknown or have a value of the wrong type are errors, and so is a key that stands twice in one mapping.

```yaml
providers:
  anthropic:
    api_key: ${ANTHROPIC_API_KEY}
model: anthropic/claude-sonnet-5-5
permission:
  bash:
    "*": ask
    "git status *": allow
```

In your own file, text may contain `${NAME}` for the value of a variable and `${NAME:default}` for one that may be unset; `$$` is
a plain dollar. An unset variable without a default is an error. Keys and patterns are taken as they are.

**A repository's files are not yours.** They may not set what would be used with your keys or folders; such keys are named
and ignored. Variables are never read for them. Their permissions can only forbid or ask more than yours, and their agents
cannot replace an agent of yours."""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
