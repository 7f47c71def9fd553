"""Second names of sessions."""

from __future__ import annotations

import uuid
from pathlib import Path

import pytest

from pycode.client.model_alias import model_alias
from pycode.client.session_names import SessionNames
from pycode.core.errors import UsageError

NAME = str(uuid.UUID(int=7))


def test_a_name_leads_to_its_session_and_back(tmp_path: Path) -> None:
    names = SessionNames(tmp_path / "names")
    assert names.find(NAME) is None
    assert names.name_of("ses_1") is None
    names.give(NAME, "ses_1")
    assert names.find(NAME.upper()) == "ses_1"
    assert names.name_of("ses_1") == NAME
    assert names.name_of("ses_2") is None


@pytest.mark.parametrize("name", ["", "abc", "../../etc/passwd", "ses_1"])
def test_what_is_no_uuid_is_no_name(tmp_path: Path, name: str) -> None:
    names = SessionNames(tmp_path / "names")
    assert names.find(name) is None
    with pytest.raises(UsageError, match="UUID"):
        names.give(name, "ses_1")
    assert not (tmp_path / "names").exists()


def test_a_name_is_given_once(tmp_path: Path) -> None:
    names = SessionNames(tmp_path / "names")
    names.give(NAME, "ses_1")
    with pytest.raises(UsageError, match="already in use"):
        names.give(NAME, "ses_2")
    assert names.find(NAME) == "ses_1"


def test_short_names_of_models() -> None:
    for family in ("sonnet", "opus", "haiku"):
        found = model_alias(family)
        assert found is not None
        assert found.startswith(f"anthropic/claude-{family}-")
        assert model_alias(f"{family}[1m]") == found
    assert model_alias("default") is None
    assert model_alias("openai/x") == "openai/x"
