import helpers


def poster(title):
    return "*** " + helpers.title_case(title) + " ***"
