from bank import deposit, statement, withdraw

account = {"owner": "Ann", "balance": 0, "history": []}
deposit(account, 100)
withdraw(account, 30)
print(statement(account))
