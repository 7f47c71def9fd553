import unittest

from blog.posts import address
from blog.slugs import make_slug


class SlugTest(unittest.TestCase):
    def test_short_title(self):
        self.assertEqual(make_slug("Hello, World!"), "hello-world")

    def test_long_title(self):
        slug = make_slug("The quick brown fox jumps over the lazy dog")
        self.assertEqual(slug, "the-quick-brown-fox-jumps-over")

    def test_address(self):
        self.assertEqual(address("My cat", 2024), "/2024/my-cat")
