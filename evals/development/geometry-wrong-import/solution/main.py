"""Prints the areas of some shapes."""

from geometry.area import circle_area, rectangle_area
from geometry.units import to_square_metres


def main():
    print("circle:", round(circle_area(2), 2))
    print("rectangle:", rectangle_area(3, 4))
    print("in metres:", to_square_metres(20000))


if __name__ == "__main__":
    main()
