class Pond:
    def __init__(self, lilies):
        self.lilies = lilies
        self.age = 0

    def grow(self):
        self.age += 1
        self.lilies += self.lilies * 2 // 3 + self.age % 2
