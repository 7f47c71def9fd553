import unittest

from jobs.job import Job
from jobs.queue import JobQueue


class QueueTest(unittest.TestCase):
    def test_order(self):
        queue = JobQueue()
        queue.add(Job("mail"))
        queue.add(Job("backup", 5))
        self.assertEqual(queue.take().name, "backup")
        self.assertEqual(len(queue), 1)
