import json
import unittest
from pathlib import Path


class Check(unittest.TestCase):
    def test_settings(self):
        settings = json.loads(Path("config/server.json").read_text(encoding="utf-8"))
        log = {"level": "info", "file": "server.log"}
        wanted = {"host": "127.0.0.1", "port": 9090, "debug": False, "log": log, "workers": 4}
        self.assertEqual(settings, wanted)
        self.assertIs(settings["debug"], False)
