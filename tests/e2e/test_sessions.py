"""Sessions end to end: runs in forks, files given along, and readers that go away."""

from __future__ import annotations

import base64

import pytest
from tests.support.e2e import Place, Serve

from pycode.testing import call, say

PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGNgYGBgAAAABQABh6FO1AAAAABJRU5ErkJggg=="
)


async def test_a_fork_goes_on_and_leaves_the_session(place: Place, serve: Serve) -> None:
    await serve([say("one"), say("two"), say("three")])
    assert (await place.run("run", "first")).code == 0
    origin = (await place.run("sessions", "list")).out.split("\t")[0]
    before = place.logs()[0].read_bytes()
    done = await place.run("run", "-s", origin[:18], "--fork", "second")
    assert done.out == "two\n"
    assert (await place.run("run", "-c", "--fork", "third")).out == "three\n"
    assert place.logs()[-1].read_bytes() == before
    lines = (await place.run("sessions", "list")).out.splitlines()
    assert len(lines) == 3
    shown = (await place.run("sessions", "show", lines[0].split("\t")[0])).out
    assert f"fork of      {lines[1].split(chr(9))[0]}" in shown
    assert [word for word in ("first", "one", "second", "two", "third") if word in shown] == [
        "first",
        "one",
        "second",
        "two",
        "third",
    ]
    # What a fork took over was paid for once.
    assert "     3  " in (await place.run("stats")).out


async def test_fork_without_a_session(place: Place, serve: Serve) -> None:
    await serve([say("new")])
    done = await place.run("run", "--fork", "x")
    assert (done.code, "say which with -c or -s" in done.err) == (2, True)
    assert (await place.run("run", "-c", "--fork", "x")).out == "new\n"
    done = await place.run("run", "-s", "ses_nope", "--fork", "x")
    assert (done.code, "there is no session 'ses_nope'" in done.err) == (2, True)


class TestFiles:
    """`-f`: what the model gets, and what it does not."""

    async def test_text_image_and_directory(self, place: Place, serve: Serve) -> None:
        server = await serve([say("ok")])
        (place.project / "dot.png").write_bytes(PNG)
        files = ("-f", "calc.py", "-f", "dot.png", "-f", ".")
        done = await place.run("run", *files, "what is this?")
        assert done.code == 0, done.err
        text = str(server.requests[-1].body)
        assert "def add(a, b)" in text
        assert "test_calc.py" in text
        assert base64.b64encode(PNG).decode() in text
        assert text.index("def add(a, b)") < text.index("what is this?")
        # The title is the prompt, not the file.
        assert (await place.run("sessions", "list")).out.rstrip().endswith("\twhat is this?")

    @pytest.mark.parametrize(
        ("name", "data", "why"),
        [
            ("x.bin", b"\x00\x01\x02" * 100, "is a binary file of 300 bytes, not text"),
            ("x.zip", b"PK\x03\x04\x00", "is a ZIP archive"),
            ("missing.txt", None, "missing.txt"),
        ],
    )
    async def test_refused_with_a_sentence(
        self, place: Place, serve: Serve, name: str, data: bytes | None, why: str
    ) -> None:
        server = await serve([])
        if data is not None:
            (place.project / name).write_bytes(data)
        done = await place.run("run", "-f", name, "x")
        assert (done.code, done.out) == (2, "")
        assert why in done.err
        assert "Traceback" not in done.err
        assert server.requests == []
        assert place.logs() == []

    async def test_a_pdf(self, place: Place, serve: Serve) -> None:
        pypdf = pytest.importorskip("pypdf")
        server = await serve([say("ok")])
        writer = pypdf.PdfWriter()
        writer.add_blank_page(72, 72)
        writer.write(place.project / "x.pdf")
        done = await place.run("run", "-f", "x.pdf", "x")
        assert done.code == 0, done.err
        assert "[page 1 of 1]" in str(server.requests[-1].body)

    async def test_too_many(self, place: Place, serve: Serve) -> None:
        await serve([])
        files = [word for _ in range(21) for word in ("-f", "calc.py")]
        done = await place.run("run", *files, "x")
        assert (done.code, "too many" in done.err) == (2, True)


async def test_what_was_said_is_found(place: Place, serve: Serve) -> None:
    await serve([call("bash", {"command": "echo hi"}), say("A quokka.")])
    await place.run("run", "which animal?")
    found = (await place.run("sessions", "search", "quokka")).out
    assert found.endswith("\twhich animal?\tA quokka.\n")
