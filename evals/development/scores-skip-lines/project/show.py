import sys

from game.scores import read_scores, winner

with open(sys.argv[1], encoding="utf-8") as file:
    scores = read_scores(file)
print("The winner is", winner(scores))
