class Canvas:
    """A grid of pixels; each is a tuple of red, green and blue."""

    def __init__(self, width, height):
        self.rows = [[(255, 255, 255)] * width for _ in range(height)]

    def set(self, x, y, rgb):
        self.rows[y][x] = rgb
