from site_config import TITLE

from .router import route


@route("/")
def home():
    return f"<h1>{TITLE}</h1>"


@route("/about")
def about_us():
    return "<p>We grow vegetables.</p>"


def footer():
    return "<footer>2024</footer>"
