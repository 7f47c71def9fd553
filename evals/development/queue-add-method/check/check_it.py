import unittest

from jobs.job import Job
from jobs.queue import JobQueue


class Check(unittest.TestCase):
    def setUp(self):
        self.queue = JobQueue()
        for name in ("a", "b", "c"):
            self.queue.add(Job(name))

    def test_removes(self):
        self.assertIs(self.queue.cancel("b"), True)
        self.assertEqual([self.queue.take().name, self.queue.take().name], ["a", "c"])

    def test_unknown(self):
        self.assertIs(self.queue.cancel("x"), False)
        self.assertEqual(len(self.queue), 3)
