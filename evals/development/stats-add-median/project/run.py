from measure.stats import mean, spread

values = [2.5, 3.0, 8.0]
print("mean", mean(values), "spread", spread(values))
