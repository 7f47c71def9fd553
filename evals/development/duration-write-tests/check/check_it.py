"""The tests have to find each of these bugs."""

import subprocess
import sys
from pathlib import Path

path = Path("tools/duration.py")
good = path.read_text(encoding="utf-8")


def passes():
    return subprocess.run([sys.executable, "-m", "unittest", "-q", "tests.test_duration"], capture_output=True).returncode == 0


assert passes(), "Error: the tests fail with the right code"
for before, after in (('"m": 60', '"m": 6'), ("raise ValueError(", "return len("), ("* SECONDS[unit]", "")):
    assert before in good, f"Error: {before} was changed"
    path.write_text(good.replace(before, after), encoding="utf-8")
    assert not passes(), f"Error: the tests do not see that {before} became {after or 'nothing'}"
path.write_text(good, encoding="utf-8")
