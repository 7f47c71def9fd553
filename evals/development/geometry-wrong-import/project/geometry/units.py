def to_square_metres(square_centimetres):
    return square_centimetres / 10000
