"""The tests have to pass, and to notice when one of the rules is gone."""

import subprocess
import sys
from pathlib import Path

FILE = Path("login/password.py")
CODE = FILE.read_text(encoding="utf-8")
GONE = [
    ("len(password) < 8", "False"),
    ("not any(char.isdigit() for char in password)", "False"),
    ("return any(char.isupper() for char in password)", "return True"),
]


def passes():
    argv = [sys.executable, "-m", "unittest", "-q", "tests.test_password"]
    return subprocess.run(argv, capture_output=True).returncode == 0


if not passes():
    sys.exit("Error: the tests do not pass")
for rule, nothing in GONE:
    FILE.write_text(CODE.replace(rule, nothing), encoding="utf-8")
    if passes():
        sys.exit(f"Error: the tests do not notice that {rule!r} is gone")
FILE.write_text(CODE, encoding="utf-8")
