"""Support tickets and the states they go through."""

STATES = ["new", "open", "waiting", "closed"]


class Ticket:
    def __init__(self, title):
        self.title = title
        self.state = "new"

    def move(self, action):
        """Change the state: start, ask, answer, close or reopen."""
        if action == "start" and self.state == "new":
            self.state = "open"
        elif action == "ask" and self.state == "open":
            self.state = "waiting"
        elif action == "answer" and self.state == "waiting":
            self.state = "open"
        elif action == "close" and self.state != "closed":
            self.state = "closed"
        else:
            raise ValueError(f"cannot {action} a ticket that is {self.state}")
