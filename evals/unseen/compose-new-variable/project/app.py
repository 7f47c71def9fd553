import os

print("database:", os.environ.get("DATABASE_URL"))
print("cache:", os.environ.get("CACHE_URL"))
