from billing.invoice import show

show([(2, 4.5), (1, 20)])
