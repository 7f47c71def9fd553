import unittest

from music.playlist import Playlist
from music.song import Song


class PlaylistTest(unittest.TestCase):
    def test_length(self):
        sport = Playlist("sport")
        sport.append(Song("Run", 125))
        self.assertEqual(sport.length, "2:05")

    def test_two_playlists(self):
        calm, loud = Playlist("calm"), Playlist("loud")
        calm.append(Song("Rain", 200))
        loud.append(Song("Thunder", 61))
        self.assertEqual([song.title for song in calm.songs], ["Rain"])
        self.assertEqual(loud.length, "1:01")
