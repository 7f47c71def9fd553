"""Makes the last part of a post's address from its title."""

import re

MAX_LENGTH = 30


def make_slug(title):
    """Return a title as lower-case words with dashes, 30 characters at most."""
    words = re.findall(r"[a-z0-9]+", title.lower())
    slug = "-".join(words)
    if len(slug) > MAX_LENGTH:
        slug = slug[:MAX_LENGTH].rstrip("-")
        return slug
