from pathlib import Path

import yaml

job = yaml.safe_load(Path(".github/workflows/tests.yml").read_text(encoding="utf-8"))["jobs"]["test"]
versions = [str(version) for version in job["strategy"]["matrix"]["python-version"]]
assert sorted(versions) == ["3.10", "3.11", "3.13"], f"AssertionError: {versions}"
assert len(job["steps"]) == 3, job
assert job["runs-on"] == "ubuntu-latest", job
