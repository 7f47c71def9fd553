from jobs.job import Job


class JobQueue:
    """Jobs that wait, the most important one first."""

    def __init__(self):
        self._jobs: list[Job] = []

    def add(self, job: Job) -> None:
        self._jobs.append(job)
        self._jobs.sort(key=lambda waiting: -waiting.priority)

    def take(self) -> Job:
        return self._jobs.pop(0)

    def __len__(self) -> int:
        return len(self._jobs)
