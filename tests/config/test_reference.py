"""The reference pages: made from the docstrings, checked, and complete."""

from __future__ import annotations

import importlib.util
import sys
from dataclasses import dataclass, fields
from pathlib import Path
from types import ModuleType
from typing import ClassVar, Literal

import pytest

from pycode.cli.group import COMMANDS
from pycode.config.reading import variables
from pycode.config.schema import File
from pycode.core.events import EVENT_CLASSES
from pycode.core.parts import PART_CLASSES
from pycode.providers.hosts import HOSTS

ROOT = Path(__file__).resolve().parents[2]


@dataclass
class Documented:
    """A class with everything said."""

    kind: ClassVar[str] = "x"
    type: Literal["one"] = "one"
    first: int | None = None
    """The first,
    in two lines."""
    _hidden: int = 0
    second: Literal["a", "b"] = "a"
    """The second."""


@dataclass
class Undocumented:
    """A class with something missing."""

    first: int = 0
    """The first."""
    second: int = 0
    third: str = ""


@pytest.fixture(scope="module")
def reference() -> ModuleType:
    """Return the script as a module."""
    spec = importlib.util.spec_from_file_location("pycode_reference", ROOT / "dev/reference.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def test_pages_are_written_once_and_checked(
    reference: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    docs = tmp_path / "docs"
    assert reference.main(["--check"], docs) == 1
    assert not docs.exists()
    assert reference.main([], docs) == 0
    names = sorted(reference.PAGES)
    assert sorted(path.name for path in docs.iterdir()) == names
    assert capsys.readouterr().out.splitlines() == [f"wrote docs/{name}" for name in names]
    assert reference.main(["--check"], docs) == 0
    assert reference.main([], docs) == 0
    assert capsys.readouterr().out == ""


def test_a_changed_page_is_out_of_date(
    reference: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    reference.main([], tmp_path)
    page = tmp_path / "events.md"
    page.write_text(page.read_text(encoding="utf-8") + "more\n", encoding="utf-8")
    assert reference.main(["--check"], tmp_path) == 1
    error = capsys.readouterr().err
    assert error == "docs/events.md is out of date; run: python dev/reference.py\n"


def test_other_arguments_are_refused(reference: ModuleType, tmp_path: Path) -> None:
    assert reference.main(["--chek"], tmp_path) == 2
    assert list(tmp_path.iterdir()) == []


def test_fields_come_with_their_docstrings(reference: ModuleType) -> None:
    assert [(e.name, e.annotation, e.text) for e in reference.entries(Documented)] == [
        ("first", "int | None", "The first, in two lines."),
        ("second", "Literal['a', 'b']", "The second."),
    ]


def test_a_field_without_a_docstring_is_an_error(reference: ModuleType) -> None:
    with pytest.raises(reference.UndocumentedError) as caught:
        reference.entries(Undocumented)
    lines = str(caught.value).splitlines()
    assert [line.split(".")[-2:] for line in lines] == [
        ["Undocumented", "second has no docstring"],
        ["Undocumented", "third has no docstring"],
    ]


def test_an_undocumented_field_fails_the_check(
    reference: ModuleType,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(reference, "EVENT_CLASSES", (Undocumented,))
    monkeypatch.setattr(Undocumented, "type", "x", raising=False)
    assert reference.main([], tmp_path) == 1
    assert "Undocumented.second has no docstring" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_the_config_page_has_every_key_and_variable(reference: ModuleType) -> None:
    page = reference.config_page()
    for item in fields(File):
        assert f"\n| `{item.name}` | " in page
    for name in variables():
        assert f"| `{name}` |" in page
    assert (
        "| `idle` | a number of seconds above 0 | `120` | `PYCODE_TIMEOUTS_IDLE` "
        "| Seconds between two pieces of an answer. |"
    ) in page
    assert "Provider name to how it is reached. Ignored in a repository's file. |" in page
    for heading in ("## `providers.<name>`", "## `timeouts`", "## `agents.<name>`"):
        assert heading in page


def test_the_providers_page_has_every_host_variable_and_example(reference: ModuleType) -> None:
    page = reference.providers_page()
    for host in HOSTS:
        section = page.split(f"\n## `{host.name}`\n")[1].split("\n## ")[0]
        assert f"pycode run -m {host.name}/" in section
        for name in (*host.key_variables, *host.address_variables):
            assert f"`{name}`" in section


def test_the_other_pages_are_complete(reference: ModuleType) -> None:
    events, messages = reference.events_page(), reference.messages_page()
    assert all(f"\n## `{cls.type}`\n" in events for cls in EVENT_CLASSES)
    assert all(
        f"\n## `{name}`: `{cls.__name__}`\n" in messages for name, cls in PART_CLASSES.items()
    )
    errors = reference.errors_page()
    indent = "\N{NO-BREAK SPACE}" * 8
    row = f"| [`rate-limit`](#rate-limit) | {indent}`RateLimitError` | 5 | yes | Too many requests; waiting helps. |"
    assert row in errors
    assert "\n## rate-limit\n\nToo many requests; waiting helps. PyCode has waited" in errors
    assert "| `retry_after` | How long the service asked to wait, in seconds, or None. |" in errors
    assert "int \\| None" in events


def test_every_command_has_a_place_with_its_options(reference: ModuleType) -> None:
    page = reference.commands_page()
    for name in COMMANDS:
        assert f"\n## `pycode {name}`\n\n```text\npycode {name}" in page
    assert (
        "\n### `pycode sessions prune`\n\n```text\npycode sessions prune [OPTIONS]\n```\n" in page
    )
    assert "| `--outputs-over SIZE` |" in page
    # Said once, and not again with each command.
    assert page.count("| `--max-steps N` |") == 1
    assert "It takes the [shared options](#shared-options) too." in page
    assert "--answer" not in page
