"""A shelf of books."""

from dataclasses import dataclass


@dataclass
class Book:
    title: str
    author: str
    year: int


class Shelf:
    def __init__(self):
        self._books = []

    def put(self, book):
        self._books.append(book)

    def by_author(self, author):
        return [book.title for book in self._books if book.author == author]

    def __len__(self):
        return len(self._books)
