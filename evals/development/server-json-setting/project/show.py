"""Prints where the server will listen."""

import json
from pathlib import Path

settings = json.loads(Path("config/server.json").read_text(encoding="utf-8"))
print(f"{settings['host']}:{settings['port']} with {settings['workers']} workers")
