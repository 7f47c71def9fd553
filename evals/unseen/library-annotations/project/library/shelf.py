from library.book import Book


class Shelf:
    def __init__(self, width):
        self.width = width
        self.books = []

    def put(self, book):
        """Put a book on the shelf; tell whether there was room."""
        if len(self.books) == self.width:
            return False
        self.books.append(book)
        return True

    def titles(self):
        return [book.title for book in self.books]

    def thickest(self):
        return max(self.books, key=lambda book: book.pages)
