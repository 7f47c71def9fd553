from configparser import ConfigParser
from pathlib import Path

settings = ConfigParser()
settings.read("robot.ini")
found = {name: dict(settings[name]) for name in settings.sections()}
wanted = {
    "server": {"host": "mail.example.org", "port": "587"},
    "retry": {"count": "5", "wait": "30"},
    "log": {"file": "robot.log", "level": "info"},
}
assert found == wanted, f"Error: {found}"
assert "; settings of the mail robot" in Path("robot.ini").read_text(encoding="utf-8"), "Error: the comment is gone"
