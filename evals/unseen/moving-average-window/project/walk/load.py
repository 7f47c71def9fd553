from pathlib import Path


def load_steps(path: str) -> list[int]:
    """Read one number a line."""
    return [int(line) for line in Path(path).read_text(encoding="utf-8").split()]
