from notes.text import first_line, shorten


class Notebook:
    def __init__(self):
        self.notes = []

    def add(self, text):
        self.notes.append(text)

    def titles(self):
        return [shorten(first_line(note)) for note in self.notes]
