from zoo.animal import Resident

__all__ = ["Resident"]
