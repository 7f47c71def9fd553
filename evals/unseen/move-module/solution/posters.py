import text_tools


def poster(title):
    return "*** " + text_tools.title_case(title) + " ***"
