"""Asks questions and counts the right answers."""

from questions import QUESTIONS


def check(question, answer):
    """Tell whether an answer is right, whatever its case."""
    return QUESTIONS[question].lower() == answer.strip().lower()


def score(answers):
    right = 0
    for question, answer in answers.items():
        if check(question, answer):
            right += 1
    return right


if __name__ == "__main__":
    given = {question: input(question + " ") for question in QUESTIONS}
    print(f"{score(given)} of {len(QUESTIONS)}")
