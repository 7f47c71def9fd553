from library.book import Book


class Shelf:
    def __init__(self, width: int) -> None:
        self.width = width
        self.books: list[Book] = []

    def put(self, book: Book) -> bool:
        """Put a book on the shelf; tell whether there was room."""
        if len(self.books) == self.width:
            return False
        self.books.append(book)
        return True

    def titles(self) -> list[str]:
        return [book.title for book in self.books]

    def thickest(self) -> Book:
        return max(self.books, key=lambda book: book.pages)
