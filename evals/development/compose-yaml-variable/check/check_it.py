from pathlib import Path

import yaml

text = Path("compose.yaml").read_text(encoding="utf-8")
found = yaml.safe_load(text)
wanted = {
    "services": {
        "web": {
            "image": "shop-web:1.4",
            "ports": ["8080:80"],
            "environment": {"DATABASE_URL": "postgres://db/shop", "CACHE_SECONDS": "60", "LOG_LEVEL": "warning"},
            "depends_on": ["db"],
        },
        "db": {
            "image": "postgres:16",
            "environment": {"POSTGRES_DB": "shop"},
            "volumes": ["data:/var/lib/postgresql/data"],
        },
    },
    "volumes": {"data": {}},
}
assert found == wanted, f"AssertionError: {found}"
assert "# Development setup" in text, "Error: the comment is gone"
