from pathlib import Path

import yaml

services = yaml.safe_load(Path("docker-compose.yml").read_text(encoding="utf-8"))["services"]
environment = services["web"]["environment"]
if isinstance(environment, list):
    environment = dict(line.split("=", 1) for line in environment)
wanted = {"DATABASE_URL": "postgres://db/app", "LOG_LEVEL": "info", "CACHE_URL": "redis://cache:6379"}
assert environment == wanted, environment
assert services["web"]["restart"] == "always", services["web"]
assert services["web"]["ports"] == ["8080:8080"]
assert services["db"] == {"image": "postgres:16", "restart": "no"}
assert services["cache"] == {"image": "redis:7", "restart": "no"}
