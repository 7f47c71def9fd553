from library.shelf import Book, Shelf

shelf = Shelf()
shelf.put(Book("Emma", "Austen", 1815))
shelf.put(Book("Persuasion", "Austen", 1817))
shelf.put(Book("Faust", "Goethe", 1808))
print(len(shelf), "books; by Austen:", ", ".join(shelf.by_author("Austen")))
