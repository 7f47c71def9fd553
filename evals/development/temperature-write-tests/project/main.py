import sys

from convert import celsius_to_fahrenheit

if __name__ == "__main__":
    print(celsius_to_fahrenheit(float(sys.argv[1])))
