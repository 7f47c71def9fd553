from zoo import Animal
from zoo.feeding import ration

for one in [Animal("Bruno", 310), Animal("Pip", 12)]:
    print(one, ration(one))
