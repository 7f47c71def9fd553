"""Who may use mode bypass."""

from __future__ import annotations

from pathlib import Path

import pytest

from pycode.core.errors import UsageError
from pycode.permissions import modes
from pycode.permissions.modes import check_bypass, in_container


@pytest.mark.parametrize(
    ("files", "environ", "container"),
    [
        ({}, {}, False),
        ({"proc/1/cgroup": "0::/init.scope\n"}, {}, False),
        ({"proc/1/cgroup": "12:cpu:/docker/0123\n"}, {}, True),
        ({"proc/1/cgroup": "0::/kubepods/besteffort\n"}, {}, True),
        ({".dockerenv": ""}, {}, True),
        ({"run/.containerenv": ""}, {}, True),
        ({}, {"container": "podman"}, True),
        ({}, {"KUBERNETES_SERVICE_HOST": "10.0.0.1"}, True),
        ({}, {"container": ""}, False),
    ],
)
def test_containers_are_known_by_their_marks(
    tmp_path: Path, files: dict[str, str], environ: dict[str, str], container: bool
) -> None:
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    assert in_container(environ, tmp_path) is container


@pytest.mark.parametrize(
    ("root", "container", "refused"),
    [(True, False, True), (True, True, False), (False, False, False), (False, True, False)],
)
def test_root_may_bypass_only_in_a_container(
    monkeypatch: pytest.MonkeyPatch, root: bool, container: bool, refused: bool
) -> None:
    monkeypatch.setattr(modes, "is_root", lambda: root)
    monkeypatch.setattr(modes, "in_container", lambda environ: container)
    if refused:
        with pytest.raises(UsageError, match="refused for root outside a container"):
            check_bypass({})
    else:
        check_bypass({})
