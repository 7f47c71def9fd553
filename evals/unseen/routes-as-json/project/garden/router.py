ROUTES = {}


def route(path):
    """Register the decorated function for a path."""

    def register(function):
        ROUTES[path] = function
        return function

    return register
