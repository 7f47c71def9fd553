import math


def circle_area(radius):
    return math.pi * radius**2


def rectangle_area(width, height):
    return width * height
