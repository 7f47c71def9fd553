"""The new tests have to notice mistakes that are put into the code."""

import subprocess
import sys
from pathlib import Path

MISTAKES = [("* 9 / 5 + 32", "* 9 / 5 + 30"), ("- 32) * 5 / 9", "- 30) * 5 / 9"), ("    if celsius < ABSOLUTE_ZERO:", "    if False:")]

if not Path("test_convert.py").exists():
    sys.exit("Error: there is no test_convert.py")
code = Path("convert.py").read_text()
for right, wrong in MISTAKES:
    Path("convert.py").write_text(code.replace(right, wrong))
    done = subprocess.run([sys.executable, "-m", "unittest", "-q", "test_convert"], capture_output=True)
    if done.returncode == 0:
        sys.exit(f"Error: the tests do not notice {wrong!r}")
Path("convert.py").write_text(code)
