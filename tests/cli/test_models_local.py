"""`pycode models install`, `list` and `remove` as a user meets them."""

from __future__ import annotations

import asyncio
import hashlib
import io
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.support.cli import Cli
from tests.support.file_server import file_server

from pycode.cli.download_progress import Progress
from pycode.cli.models_local import install_model
from pycode.client.local_models import Room
from pycode.core.errors import UsageError
from pycode.providers.local_files import KNOWN, KnownModel

DATA = b"GGUF" + bytes(range(256)) * 20
TINY = KnownModel(
    name="tiny",
    title="Tiny",
    file_name="tiny.gguf",
    size=len(DATA),
    sha256=hashlib.sha256(DATA).hexdigest(),
    licence="Apache-2.0",
    context=128,
    memory=1_000,
)
PLENTY = Room(10**12, None)
INSTALL = """
import os, sys
from pycode.cli.models_local import install_model
from pycode.client.local_models import Room
from pycode.providers.local_files import KnownModel
model = KnownModel("tiny", "Tiny", "tiny.gguf", int(sys.argv[1]), sys.argv[2], "Apache-2.0", 128, 1000)
sys.exit(install_model(model, os.environ, Room(10**12, None), None, yes=True))
"""


@pytest.fixture
def mirror(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that has the tiny model, and a user who knows it."""
    folder = tmp_path / "mirror"
    folder.mkdir()
    (folder / TINY.file_name).write_bytes(DATA)
    monkeypatch.setenv("PYCODE_MODEL_MIRROR", str(folder))
    return folder


@pytest.fixture
def nobody(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Nobody is there to answer."""
    with open(os.devnull, encoding="utf-8") as nothing:
        monkeypatch.setattr(sys, "stdin", nothing)
        yield


class TestInstall:
    """What it says, what it asks, what it leaves."""

    @pytest.mark.usefixtures("mirror")
    def test_it_says_what_it_does_and_does_it(
        self, cli: Cli, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert install_model(TINY, os.environ, PLENTY, None, yes=True) == 0
        out, err = capsys.readouterr()
        folder = cli.home.root / "cache" / "local-models" / "tiny"
        assert out == f"Installed tiny: {folder / 'tiny.gguf'}\n"
        lines = [line.split(maxsplit=1) for line in err.splitlines()]
        said = {line[0]: line[1] for line in lines if len(line) == 2}
        assert said["size"] == "0.0 MB"
        assert said["licence"] == "Apache-2.0"
        assert said["kept"] == f"in   {folder}"
        assert said["remove"] == "pycode models remove tiny"
        assert cli("models", "list").rows == [
            ["tiny", "0.0 MB", "unknown licence", str(folder / "tiny.gguf")]
        ]

    @pytest.mark.usefixtures("mirror")
    def test_a_second_time_it_is_there(self, cli: Cli, capsys: pytest.CaptureFixture[str]) -> None:
        install_model(TINY, os.environ, PLENTY, None, yes=True)
        capsys.readouterr()
        assert install_model(TINY, os.environ, Room(0, 0), None, yes=False) == 0
        out, err = capsys.readouterr()
        assert out.startswith("tiny is installed: ")
        assert err == ""

    @pytest.mark.usefixtures("mirror", "nobody")
    def test_where_nobody_can_be_asked(self, cli: Cli, capsys: pytest.CaptureFixture[str]) -> None:
        with pytest.raises(UsageError, match="give --yes"):
            install_model(TINY, os.environ, PLENTY, None, yes=False)
        assert "licence   Apache-2.0" in capsys.readouterr().err
        assert not (cli.home.root / "cache").exists()

    def test_an_unknown_name(self, cli: Cli) -> None:
        said = cli("models", "install", "llama")
        assert said.code == 2
        assert f"there is {KNOWN[0].name}" in said.err
        assert "-m local//path" in said.err

    def test_a_given_file_that_is_another(self, cli: Cli, tmp_path: Path) -> None:
        (tmp_path / "a.gguf").write_bytes(DATA)
        said = cli("models", "install", "--from", str(tmp_path / "a.gguf"))
        assert said.code == 2
        assert "instead of 1,117,320,768" in said.err

    @pytest.mark.skipif(sys.platform == "win32", reason="sends SIGINT")
    async def test_ctrl_c_keeps_what_there_is(self, cli: Cli) -> None:
        with file_server(DATA, stalls_at=3000) as server:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-c", INSTALL, str(TINY.size), TINY.sha256),
                env={**os.environ, "PYCODE_MODEL_MIRROR": server.url},
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
            )
            assert await asyncio.to_thread(server.stalled.wait, 60)
            process.send_signal(signal.SIGINT)
            out, err = await asyncio.wait_for(process.communicate(), 60)
        assert process.returncode == 130
        assert out == b""
        assert b"are kept, and the same command goes on from there" in err
        assert b"Traceback" not in err


class TestListAndRemove:
    """What is there, and away with it."""

    def test_nothing(self, cli: Cli) -> None:
        said = cli("models", "list")
        assert (said.code, said.out) == (0, "")
        assert "pycode models install local" in said.err
        said = cli("models", "remove", "local")
        assert said.code == 2
        assert "see pycode models list" in said.err

    @pytest.mark.usefixtures("mirror")
    def test_only_what_was_installed_goes(self, cli: Cli) -> None:
        install_model(TINY, os.environ, PLENTY, None, yes=True)
        folder = cli.home.root / "cache" / "local-models" / "tiny"
        (folder / "mine.txt").write_text("mine", encoding="utf-8")
        said = cli("models", "remove", "tiny")
        assert (said.code, said.out) == (0, "Removed tiny: 0.0 MB are free again.\n")
        assert [path.name for path in folder.iterdir()] == ["mine.txt"]
        assert cli("models", "remove", "tiny").code == 2

    def test_half_a_download_goes_too(self, cli: Cli) -> None:
        folder = cli.home.root / "cache" / "local-models" / KNOWN[0].name
        folder.mkdir(parents=True)
        (folder / f"{KNOWN[0].file_name}.part").write_bytes(bytes(2_500_000))
        (folder / "LICENSE.txt").write_text("the licence", encoding="utf-8")
        assert cli("models", "list").out == ""
        assert cli("models", "remove", "local").out.endswith("2.5 MB are free again.\n")
        assert not folder.exists()

    def test_a_name_that_leads_elsewhere(self, cli: Cli, tmp_path: Path) -> None:
        (tmp_path / "a.gguf").write_bytes(DATA)
        assert cli("models", "remove", "../../../..").code == 2
        assert (tmp_path / "a.gguf").exists()


class TestGroup:
    """`pycode models` goes on as it was before it had subcommands."""

    def test_a_provider_is_an_argument(self, cli: Cli) -> None:
        (row,) = [row for row in cli("models", "openai").rows if row[0] == "openai/gpt-5.2"]
        assert cli("models", "show", "openai").out == cli("models", "openai").out
        assert cli("models", "--json", "openai").json[0]["provider"] == "openai"
        assert row[-1] == "no key: set OPENAI_API_KEY"

    def test_help_has_everything(self, cli: Cli) -> None:
        text = cli("models", "--help").out
        assert all(f"\n  {name} " in text for name in ("show", "install", "list", "remove"))
        assert "--refresh" in cli("models", "show", "-h").out

    def test_what_is_no_provider(self, cli: Cli) -> None:
        said = cli("models", "opnai")
        assert (said.code, "did you mean 'openai'?" in said.err) == (2, True)


class Clock:
    """A clock that is set by hand."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


class TestProgress:
    """A line for each tenth where there is no terminal."""

    def test_the_speed_is_measured_from_the_first_megabytes(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        clock = Clock()
        progress = Progress(clock)
        for second in range(101):
            clock.now = float(second)
            # 200 MB are there from an earlier try.
            progress.progress(200_000_000 + second * 10_000_000, 1_200_000_000)
        lines = capsys.readouterr().err.splitlines()
        assert lines[0] == "pycode:  17 % of 1.20 GB, 10.0 MB/s, about 99 s left"
        assert len(lines) == 10
        assert lines[-1] == "pycode: 100 % of 1.20 GB, 10.0 MB/s"

    def test_another_source_is_measured_anew(self, capsys: pytest.CaptureFixture[str]) -> None:
        clock = Clock()
        progress = Progress(clock)
        progress.progress(0, 10**10)
        clock.now = 100.0
        progress.progress(10_000_000, 10**10)
        progress.say("getting it from \x1b[2Jelsewhere")
        progress.progress(10_000_000, 10**10)
        clock.now = 101.0
        progress.progress(110_000_000, 10**10)
        assert capsys.readouterr().err.splitlines() == [
            "pycode:   0 % of 10.00 GB, 0.1 MB/s, about 27.8 h left",
            "pycode: getting it from ␛[2Jelsewhere",
            "pycode:   1 % of 10.00 GB, 100.0 MB/s, about 99 s left",
        ]

    def test_in_a_terminal_one_line_changes(self, monkeypatch: pytest.MonkeyPatch) -> None:
        class Terminal(io.StringIO):
            def isatty(self) -> bool:
                return True

        terminal, clock = Terminal(), Clock()
        monkeypatch.setattr(sys, "stderr", terminal)
        monkeypatch.setenv("TERM", "xterm")
        progress = Progress(clock)
        for tenth in range(11):
            clock.now = tenth / 10
            progress.progress(tenth * 10_000_000, 100_000_000)
        progress.close()
        progress.say("checking the file")
        lines = terminal.getvalue().split("\n")
        assert len(lines) == 3
        drawn = lines[0].split("\r\x1b[K")[1:]
        assert len(drawn) < 10
        assert drawn[-1] == "100 % of 0.10 GB, 100.0 MB/s"
        assert lines[1:] == ["pycode: checking the file", ""]
