from zoo.animal import Animal

__all__ = ["Animal"]
