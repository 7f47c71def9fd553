"""The schemas that the package ships."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest
from jsonschema import Draft202012Validator
from tests.support.programs import SCHEMAS, schema

ROOT = Path(__file__).resolve().parents[3]


@pytest.mark.parametrize("name", ["event", "input", "result", "stream_json"])
def test_a_schema_is_one(name: str) -> None:
    Draft202012Validator.check_schema(schema(name))
    assert f"{name}.json" in {item.name for item in SCHEMAS.iterdir()}


def test_the_schema_of_events_is_up_to_date(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = generator()
    assert made.main(["--check"]) == 0, capsys.readouterr().err
    old = tmp_path / "event.json"
    assert made.main(["--check"], old) == 1
    assert made.main([], old) == 0
    assert made.main(["--check"], old) == 0


def generator() -> ModuleType:
    """The script that makes the schema of events."""
    spec = importlib.util.spec_from_file_location("event_schema", ROOT / "dev/event_schema.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
