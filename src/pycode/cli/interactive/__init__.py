"""`pycode` alone: a session in the terminal, line by line."""
