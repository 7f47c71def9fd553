import unittest

from badge import badge
from posters import poster


class TitlesTest(unittest.TestCase):
    def test_badge(self):
        self.assertEqual(badge("grace hopper"), "[GH] Grace Hopper")

    def test_poster(self):
        self.assertEqual(poster("open day"), "*** Open Day ***")
