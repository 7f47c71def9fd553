import tomllib
from pathlib import Path

import tidepool

data = tomllib.loads(Path("pyproject.toml").read_text(encoding="utf-8"))
project = data["project"]
assert project["version"] == "1.4.0", f"AssertionError: pyproject.toml has {project['version']}"
assert tidepool.__version__ == "1.4.0", f"AssertionError: the package has {tidepool.__version__}"
assert project["dependencies"] == ["tzdata>=2024.1"]
assert project["requires-python"] == ">=3.11"
assert project["scripts"] == {"tidepool": "tidepool.cli:main"}
