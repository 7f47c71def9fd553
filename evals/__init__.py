"""Tasks as newcomers give them, and how well a model does them with PyCode: `python -m evals --help`."""
