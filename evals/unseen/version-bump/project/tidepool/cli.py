from tidepool import __version__


def main():
    print(f"tidepool {__version__}")
