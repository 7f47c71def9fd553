import unittest

from music.playlist import Playlist
from music.song import Song


class Check(unittest.TestCase):
    def test_many(self):
        lists = [Playlist(str(number)) for number in range(4)]
        for playlist in lists:
            playlist.append(Song("x", 30))
            playlist.append(Song("y", 31))
        self.assertEqual([playlist.length for playlist in lists], ["1:01"] * 4)
        self.assertEqual(lists[2].name, "2")
