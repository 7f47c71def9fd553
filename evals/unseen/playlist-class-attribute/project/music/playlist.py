from music.song import Song


class Playlist:
    """Songs in the order in which they are played."""

    songs: list[Song] = []

    def __init__(self, name: str):
        self.name = name

    def append(self, song: Song) -> None:
        self.songs.append(song)

    @property
    def length(self) -> str:
        minutes, seconds = divmod(sum(song.seconds for song in self.songs), 60)
        return f"{minutes}:{seconds:02}"
