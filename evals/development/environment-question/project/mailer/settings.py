import os


def load():
    return {
        "host": os.environ.get("MAIL_HOST", "localhost"),
        "port": int(os.environ.get("MAIL_PORT", "25")),
        "sender": "robot@example.com",
    }
