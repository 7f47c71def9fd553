import re
from collections import Counter


def count_words(text: str) -> Counter[str]:
    return Counter(re.findall(r"[a-z']+", text.lower()))
