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

    def cancel(self, name: str) -> bool:
        """Remove a job; tell whether there was one."""
        for job in self._jobs:
            if job.name == name:
                self._jobs.remove(job)
                return True
        return False

    def __len__(self) -> int:
        return len(self._jobs)
