from blog.slugs import make_slug


def address(title, year):
    return f"/{year}/{make_slug(title)}"
