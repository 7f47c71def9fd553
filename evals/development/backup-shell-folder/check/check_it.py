"""Reads the script, and runs it where there is a shell."""

import re
import shutil
import subprocess
from pathlib import Path

text = Path("backup.sh").read_text(encoding="utf-8")
code = "\n".join(line for line in text.splitlines() if not line.startswith("#"))
assert "/tmp" not in code, "Error: it still writes to /tmp"
assert re.search(r"\bmkdir\b", code), "Error: no folder is made"
shell = shutil.which("sh")
if shell and shutil.which("tar"):
    for _ in range(2):
        subprocess.run([shell, "backup.sh"], check=True)
    assert Path("backups/data.tar").stat().st_size > 0
    assert Path("data/list.txt").exists()
