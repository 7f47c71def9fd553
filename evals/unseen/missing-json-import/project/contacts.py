"""A list of contacts: python contacts.py list, python contacts.py find NAME"""

import sys

from book import find, load


def main():
    people = load("contacts.json")
    if sys.argv[1] == "list":
        for person in people:
            print(person["name"], person["phone"])
    elif sys.argv[1] == "find":
        print(find(people, sys.argv[2]))


if __name__ == "__main__":
    main()
