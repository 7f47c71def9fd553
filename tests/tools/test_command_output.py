"""What the model reads of a command's output."""

from __future__ import annotations

import os
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pycode.tools import command_output
from pycode.tools.command_output import CommandOutput
from pycode.tools.output import MAX_BYTES, MAX_LINES, bound, clean


def pieces_of(data: bytes, cuts: list[int]) -> list[bytes]:
    """The data, cut at these places."""
    places = sorted({0, len(data), *(cut % (len(data) + 1) for cut in cuts)})
    return [data[a:b] for a, b in pairwise(places)]


def fed(data: bytes, cuts: list[int] | None = None, path: Path | None = None) -> CommandOutput:
    """An output that took in the data and has finished."""
    output = CommandOutput(None if path is None else lambda: str(path))
    for piece in pieces_of(data, cuts or []):
        output.feed(piece)
    output.finish()
    return output


@given(
    st.one_of(
        st.binary(max_size=100),
        st.text("aé\x1b[31m\r\n\t\x07€\u202e", max_size=100).map(str.encode),
    ),
    st.lists(st.integers(min_value=0, max_value=100), max_size=8),
)
def test_a_short_output_is_what_a_terminal_would_show_however_it_arrives(
    data: bytes, cuts: list[int]
) -> None:
    assert fed(data, cuts).take() == (clean(data.decode("utf-8", "replace")), False)


@given(
    st.lists(st.integers(min_value=500, max_value=3000), min_size=10, max_size=60),
    st.lists(st.integers(min_value=0, max_value=200_000), max_size=8),
)
def test_a_long_output_keeps_both_ends_and_counts_the_rest(
    lengths: list[int], cuts: list[int]
) -> None:
    text = "".join(f"{number}:{'x' * length}\n" for number, length in enumerate(lengths))
    shown, truncated = fed(text.encode(), cuts).take()
    if not truncated:
        assert shown == text
        return
    head, _, rest = shown.partition("\n[")
    note, _, tail = rest.partition("]\n")
    assert text.startswith(head)
    assert text.removesuffix("\n").endswith(tail)
    assert f", {len(text) - len(head) - len(tail)} bytes left out" in f", {note.split(', ')[1]}"
    missing = text[len(head) : -len(tail) - 1].strip("\n")
    assert note.startswith(f"{missing.count(chr(10)) + 1} line")
    assert bound(shown) == (shown, False)


@pytest.mark.parametrize("unit", ["x", "é", "€", "x\n", "\n", "ab\ncd\n"])
def test_nothing_is_left_for_a_second_bound(unit: str) -> None:
    shown, truncated = fed((unit * 300_000).encode()).take()
    assert truncated
    assert len(shown.encode()) <= MAX_BYTES
    assert shown.count("\n") <= MAX_LINES
    assert "\ufffd" not in shown


def test_what_does_not_fit_is_in_a_file_from_its_beginning(tmp_path: Path) -> None:
    path = tmp_path / "out"
    lines = "".join(f"{number}\n" for number in range(1, 30_001)).encode()
    output = fed(lines + b"\x1b[31mred\x1b[0m \xff\n", [100, 20_000, 90_000], path)
    assert path.read_text(encoding="utf-8") == lines.decode() + "red \ufffd\n"
    assert f"all of it is in {path}: use read with offset, or grep]" in output.take()[0]


def test_a_short_output_needs_no_file(tmp_path: Path) -> None:
    fed(b"x" * 40_000, path=tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_many_short_lines_need_a_file_too(tmp_path: Path) -> None:
    output = fed(b"a\n" * 3000, path=tmp_path / "out")
    assert "\n[1010 lines, 2022 bytes left out; all of it is in" in output.take()[0]
    assert (tmp_path / "out").read_bytes() == b"a\n" * 3000


def test_one_long_line_says_how_it_can_be_read(tmp_path: Path) -> None:
    shown = fed(b"x" * 5_000_000, path=tmp_path / "out").take()[0]
    assert "use cut -b or grep -o in bash]" in shown
    assert (tmp_path / "out").stat().st_size == 5_000_000


def test_the_file_has_a_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command_output, "FILE_BYTES", 2_000_000)
    output = fed(b"0123456789\n" * 300_000, path=tmp_path / "out")
    assert (tmp_path / "out").stat().st_size == 2_000_000
    assert f"; the first 2 MB are in {tmp_path / 'out'}" in output.take()[0]


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs a device that is always full")
def test_a_full_disk_costs_the_file_and_nothing_else() -> None:
    shown, truncated = fed(b"0123456789\n" * 30_000, path=Path("/dev/full")).take()
    assert truncated
    assert "; they could not be kept in a file: no space left on device]" in shown
    assert shown.endswith("0123456789")


def test_what_is_no_text_is_shown_as_dots() -> None:
    assert fed(b"\0" * 1000 + b"ELF\xff\n").take() == ("." * 1000 + "ELF.\n", False)
    assert fed(b"a\xff\0b").take() == ("a\ufffd\u2400b", False)


def test_progress_that_was_overwritten_is_left_out_even_when_it_is_long() -> None:
    data = b"".join(b"%d percent\r" % number for number in range(100_000)) + b"done\n"
    shown, truncated = fed(data).take()
    assert shown.endswith("done\n")
    assert len(shown) < 1000
    assert not truncated


@pytest.mark.parametrize("size", range(65_530, 65_545))
def test_a_long_line_is_cut_in_no_character_and_no_escape_sequence(size: int) -> None:
    data = b"x" * size + "é€\U0001f600".encode() + b"\x1b[31mred\x1b[0m" + b"y" * 70_000
    output = CommandOutput()
    for number in range(0, len(data), 7):
        output.feed(data[number : number + 7])
    output.finish()
    assert output._kept.size == size + 9 + 3 + 70_000


def test_taking_gives_what_is_new() -> None:
    output = CommandOutput()
    output.feed(b"one\ntwo? ")
    assert output.has_more
    assert output.peek() == ("one\ntwo? ", False)
    assert output.take() == ("one\ntwo? ", False)
    assert output.take() == ("", False)
    assert CommandOutput().has_more is False
    output.feed(b"yes\n")
    assert output.take() == ("yes\n", False)
    output.feed(b"x\n" * 5000)
    shown, truncated = output.take()
    assert truncated
    assert "]" in shown
    output.feed(b"last\n")
    assert output.take() == ("last\n", False)


def test_while_it_runs_the_note_does_not_say_that_the_file_is_complete(tmp_path: Path) -> None:
    output = CommandOutput(lambda: str(tmp_path / "out"))
    output.feed(b"x\n" * 5000)
    assert f"; all until now is in {tmp_path / 'out'}" in output.take()[0]
    assert (tmp_path / "out").read_bytes() == b"x\n" * 5000
    output.feed(b"y\n" * 5000)
    output.finish()
    assert "; all of it is in" in output.take()[0]
