"""The tests have to find each of these bugs."""

import subprocess
import sys
from pathlib import Path

path = Path("wallet.py")
good = path.read_text(encoding="utf-8")


def passes():
    return subprocess.run([sys.executable, "-m", "unittest", "-q", "test_wallet"], capture_output=True).returncode == 0


assert passes(), "Error: the tests fail with the right code"
assert "def test_put(self)" in Path("test_wallet.py").read_text(encoding="utf-8"), "Error: test_put is gone"
for before, after in (("self.balance -= amount", "pass"), ("if amount > self.balance", "if False"), ("self.balance += amount", "self.balance = 1")):
    assert before in good, f"Error: {before} was changed"
    path.write_text(good.replace(before, after), encoding="utf-8")
    assert not passes(), f"Error: the tests do not see that {before} became {after}"
path.write_text(good, encoding="utf-8")
