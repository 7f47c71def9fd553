"""What PyCode itself costs, beside the budgets of its design: `python -m benchmarks`."""

from __future__ import annotations
