"""Files: bounded reads, writes in one step, and text that goes back as it came."""

from __future__ import annotations

import errno
import os
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pycode.system import files

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="POSIX modes and links")


def test_read_bytes_is_bounded(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"12345")
    assert files.read_bytes(path, 5) == b"12345"
    with pytest.raises(OSError, match="larger than 4 bytes") as caught:
        files.read_bytes(path, 4)
    assert caught.value.errno == errno.EFBIG


def test_read_bytes_refuses_what_is_no_file_without_waiting(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    with pytest.raises(OSError, match="FIFO"):
        files.read_bytes(tmp_path / "fifo", 10)
    with pytest.raises(OSError, match="character device"):
        files.read_bytes(Path("/dev/zero"), 10)
    with pytest.raises(IsADirectoryError):
        files.read_bytes(tmp_path, 10)


def test_refusals_leave_no_descriptor_open(tmp_path: Path) -> None:
    before = len(os.listdir("/dev/fd"))
    for _ in range(5):
        with pytest.raises(IsADirectoryError):
            files.read_bytes(tmp_path, 10)
        with pytest.raises(FileNotFoundError):
            files.read_bytes(tmp_path / "missing/x", 10)
        with pytest.raises(FileNotFoundError):
            files.atomic_write(tmp_path / "missing/x", b"")
    assert len(os.listdir("/dev/fd")) == before


def test_a_link_put_there_after_the_check_is_an_error(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.mkdir()
    (secret / "key").write_text("k")
    root = tmp_path / "root"
    root.mkdir()
    (root / "file").symlink_to(secret / "key")
    (root / "folder").symlink_to(secret)
    refusal = r"symbolic links|Not a directory"
    for name in ("file", "folder/key"):
        with pytest.raises(OSError, match=refusal) as caught:
            files.open_beneath(root, root / name)
        assert caught.value.errno in (errno.ELOOP, errno.ENOTDIR)
        with pytest.raises(OSError, match=refusal):
            files.read_bytes(root / name, 10)


def test_open_beneath_reads_below_its_root_only(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a/b").write_text("x")
    descriptor = files.open_beneath(tmp_path, tmp_path / "a/b")
    assert os.read(descriptor, 10) == b"x"
    os.close(descriptor)
    os.close(files.open_beneath(tmp_path, tmp_path))
    with pytest.raises(ValueError, match=r"below|subpath"):
        files.open_beneath(tmp_path / "a", tmp_path / "b")
    with pytest.raises(ValueError, match="below"):
        files.open_beneath(tmp_path / "a", tmp_path / "a/../x")


def test_atomic_write_creates_with_the_usual_mode_and_replaces_keeping_it(tmp_path: Path) -> None:
    path = tmp_path / "a"
    old = os.umask(0o022)
    try:
        files.atomic_write(path, b"one")
    finally:
        os.umask(old)
    assert stat.S_IMODE(path.stat().st_mode) == 0o644
    path.chmod(0o751)
    files.atomic_write(path, b"two", sync=True)
    assert path.read_bytes() == b"two"
    assert stat.S_IMODE(path.stat().st_mode) == 0o751
    files.atomic_write(path, b"three", mode=0o600)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert os.listdir(tmp_path) == ["a"]


def test_atomic_write_keeps_a_link_and_changes_its_target(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real/file")
    files.atomic_write(tmp_path / "link", b"x")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real/file").read_bytes() == b"x"
    files.atomic_write(tmp_path / "link", b"y")
    assert (tmp_path / "real/file").read_bytes() == b"y"
    assert os.listdir(tmp_path / "real") == ["file"]


def test_atomic_write_parts_hard_links(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("old")
    os.link(tmp_path / "a", tmp_path / "b")
    files.atomic_write(tmp_path / "a", b"new")
    assert (tmp_path / "b").read_text() == "old"


def test_atomic_write_refuses_what_is_no_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    with pytest.raises(OSError, match="FIFO"):
        files.atomic_write(tmp_path / "fifo", b"x")
    with pytest.raises(IsADirectoryError):
        files.atomic_write(tmp_path, b"x")
    assert os.listdir(tmp_path) == ["fifo"]


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() != 0, reason="only root can chown")
def test_atomic_write_keeps_the_owner(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_text("x")
    os.chown(path, 1234, 2345)
    path.chmod(0o4755)
    files.atomic_write(path, b"y")
    facts = path.stat()
    assert (facts.st_uid, facts.st_gid, stat.S_IMODE(facts.st_mode)) == (1234, 2345, 0o4755)


_FULL_DISK = """
import resource, signal, sys
from pathlib import Path
from pycode.system.files import atomic_write
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
try:
    atomic_write(Path(sys.argv[1]), b"x" * 5000)
except OSError as error:
    print(error.errno, error.filename == sys.argv[1])
"""


def test_a_write_that_fails_in_the_middle_leaves_the_old_file_and_nothing_else(
    tmp_path: Path,
) -> None:
    path = tmp_path / "a"
    path.write_text("old")
    # A process of its own may write files of 1,000 bytes at most: the write ends short, then fails.
    done = subprocess.run(
        [sys.executable, "-c", _FULL_DISK, str(path)], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == [str(errno.EFBIG), "True"]
    assert path.read_text() == "old"
    assert os.listdir(tmp_path) == ["a"]


_AS_NOBODY = """
import os, sys
from pathlib import Path
from pycode.system.files import atomic_write
if os.geteuid() == 0:
    os.setuid(65534)
for name in sys.argv[1:]:
    try:
        print(Path(name).parent.is_dir(), end=" ")
        atomic_write(Path(name), b"x")
    except PermissionError:
        print("refused")
"""


def test_read_only_files_and_folders_are_refused() -> None:
    # Root may write everything, so the writer becomes another user, who may not look into pytest's own folders.
    with tempfile.TemporaryDirectory() as name:
        base = Path(name)
        base.chmod(0o777)
        path = base / "a"
        path.write_text("old")
        path.chmod(0o444)
        (base / "folder").mkdir(mode=0o555)
        argv = [sys.executable, "-c", _AS_NOBODY, str(path), str(base / "folder/new")]
        done = subprocess.run(argv, capture_output=True, text=True, check=True)
        assert done.stdout == "True refused\nTrue refused\n"
        assert path.read_text() == "old"
        assert sorted(os.listdir(base)) == ["a", "folder"]


def test_sha256() -> None:
    assert files.sha256(b"abc").startswith("ba7816bf8f01cfea")


@given(st.binary())
def test_any_bytes_come_back(data: bytes) -> None:
    file = files.decode(data)
    assert file.encode(file.text) == data


@given(st.text(), st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]))
def test_text_is_read_in_its_encoding(text: str, encoding: str) -> None:
    text = text.removeprefix("\ufeff")
    data = text.encode(encoding, "surrogatepass")
    if any(0xD800 <= ord(c) <= 0xDFFF for c in text):
        return
    file = files.decode(data)
    if not text.startswith("\ufeff"):
        assert file.text == text
    assert file.encode(file.text) == data


@pytest.mark.parametrize(
    ("data", "encoding", "bom", "newline"),
    [
        (b"", "utf-8", b"", "\n"),
        (b"a\r\nb\r\nc\n", "utf-8", b"", "\r\n"),
        (b"a\rb", "utf-8", b"", "\r"),
        (b"\xef\xbb\xbfa\n", "utf-8", b"\xef\xbb\xbf", "\n"),
        ("\ufeffé\r\n".encode("utf-16-le"), "utf-16-le", b"\xff\xfe", "\r\n"),
        (b"\xfe\xff\x00a", "utf-16-be", b"\xfe\xff", "\n"),
        (b"caf\xe9\n", "latin-1", b"", "\n"),
        (b"\xff\xfea", "latin-1", b"", "\n"),
    ],
)
def test_the_ladder(data: bytes, encoding: str, bom: bytes, newline: str) -> None:
    file = files.decode(data)
    assert (file.encoding, file.bom, file.newline) == (encoding, bom, newline)


def test_a_character_that_the_encoding_lacks_is_named() -> None:
    with pytest.raises(ValueError, match=r"latin-1 and cannot hold the character U\+20AC"):
        files.decode(b"\xe9").encode("€")
    with pytest.raises(ValueError, match=r"U\+D800"):
        files.decode(b"a").encode("\ud800")


@pytest.mark.parametrize(
    ("data", "binary"),
    [
        (b"", False),
        (b"plain\ttext\n\x1b[31m", False),
        ("häß".encode(), False),
        (b"caf\xe9", False),
        (b"a\0b", True),
        (b"\x01\x02\x03abc", True),
        (("\ufeff" + "ab\U0001f600" * 3000).encode("utf-16-le"), False),
        (b"\xff\xfe\x00\xd8\x00\xd8", True),
    ],
)
def test_binary(data: bytes, binary: bool) -> None:
    assert files.is_binary(data) is binary
