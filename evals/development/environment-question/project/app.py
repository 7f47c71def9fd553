"""The entry point of a small mailer."""

from mailer.send import send
from mailer.settings import load


def main():
    send(load(), "hello")


if __name__ == "__main__":
    main()
