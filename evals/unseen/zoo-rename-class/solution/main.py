from zoo import Resident
from zoo.feeding import ration

for one in [Resident("Bruno", 310), Resident("Pip", 12)]:
    print(one, ration(one))
