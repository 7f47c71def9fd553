from datetime import datetime

from logbook.lines import format_line, parse_line


class Book:
    def __init__(self):
        self.lines = []

    def note(self, text, when=None):
        self.lines.append(format_line(when or datetime.now(), text))

    def entries(self):
        return [parse_line(line) for line in self.lines]
