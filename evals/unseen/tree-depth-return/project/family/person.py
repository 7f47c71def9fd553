from dataclasses import dataclass, field


@dataclass
class Person:
    name: str
    children: list["Person"] = field(default_factory=list)
