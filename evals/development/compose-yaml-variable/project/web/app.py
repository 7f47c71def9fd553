import os

print("cache:", os.environ.get("CACHE_SECONDS", "0"))
