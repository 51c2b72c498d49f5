"""A grader that is interrupted or killed at any moment leaves no process, no socket and no file.

Moments are drawn from a seed (printed; KILL_TEST_SEED repeats them) between the start of a grading
and its usual end. The cache of subjects is cleared each time, so that builds are
hit as well as checks. What the grader leaves behind is adopted by this test, and so seen."""
import os
import random
import shutil
import signal
import subprocess
import sys
import time
import unittest

import checkout

MOMENTS = {1: 20, 3: 4}  # of each signal, by level: level 3 has threads and sanitizers
INTERRUPTED = 130


def grading_of(level):
    return ("grade", "rate_limiter", "--solution", "stub", "--level", level)


def all_moments():
    return [level for level, moments in MOMENTS.items() for _ in range(moments)]


class Kill(checkout.CheckoutTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        checkout.adopt_orphans()
        cls.seed = int(os.environ.get("KILL_TEST_SEED", random.randrange(1 << 32)))
        cls.random = random.Random(cls.seed)
        print(f"KILL_TEST_SEED={cls.seed}", file=sys.stderr)
        cls.usual_s = {}
        for level in MOMENTS:
            began = time.monotonic()
            cls.copy.run(*grading_of(level))
            cls.usual_s[level] = time.monotonic() - began

    def setUp(self):
        self.copy.forget()
        shutil.rmtree(self.root / ".assay", ignore_errors=True)

    def start_and_send(self, number, level):
        """Returns the grader's exit code, and its words, after the moment and all cleaning up."""
        moment_s = self.random.uniform(0, self.usual_s[level])
        # Ctrl-C reaches the whole process group of the terminal's foreground.
        command = self.copy.command(*grading_of(level))
        grader = subprocess.Popen(command, env=self.copy.environment(), cwd=self.root,
                                  stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                  stderr=subprocess.PIPE, text=True, start_new_session=True)
        time.sleep(moment_s)
        os.killpg(grader.pid, number)
        out, err = grader.communicate(timeout=checkout.RUN_LIMIT_S)
        with self.subTest(signal=number.name, level=level, moment_s=moment_s, seed=self.seed):
            self.assertEqual(checkout.wait_until_childless(), [], "processes are left")
            self.assertEqual(checkout.processes_that_mention(str(self.root)), [])
            self.assertEqual(list(self.copy.temporary.iterdir()), [], "temporary folders are left")
        return grader.returncode, out, err

    def runs(self):
        """What is stored, with every draft."""
        folder = self.root / ".assay" / "runs"
        return sorted(path.name for path in folder.iterdir()) if folder.exists() else []

    def test_interrupted(self):
        hit = 0
        for level in all_moments():
            before = self.runs()
            code, out, err = self.start_and_send(signal.SIGINT, level)
            if code == 1:  # it was over, or as good as over: the machine has become faster
                self.usual_s[level] *= 0.8
                continue
            hit += 1
            if code == -signal.SIGINT:  # before it could say how it wants to be told
                self.assertEqual((out, err, self.runs()), ("", "", before))
                continue
            self.assertEqual(code, INTERRUPTED, err)
            self.assertEqual(out, "")
            self.assertEqual(err, "assay: interrupted; nothing was kept\n")
            self.assertEqual(self.runs(), before)
            shutil.rmtree(self.root / ".assay", ignore_errors=True)
        self.assertGreater(hit, 0)

    def test_killed(self):
        for level in all_moments():
            self.start_and_send(signal.SIGKILL, level)
            for path in (self.root / ".assay").rglob("*"):
                self.assertFalse(path.name.startswith("assay-"), path)
            subjects = self.root / ".assay" / "subjects"
            if self.random.random() < 0.7:
                shutil.rmtree(subjects, ignore_errors=True)
        run = self.copy.run(*grading_of(1))  # whatever was left half-done doesn't matter
        self.assertEqual((run.returncode, run.stderr), (1, ""))
        drafts = [name for name in self.runs() if not name.startswith("r-")]
        self.assertEqual(drafts, [], "drafts of killed graders are left")

    def test_terminated(self):
        for number in (signal.SIGTERM, signal.SIGHUP):
            code, out, _ = self.start_and_send(number, 1)
            self.assertIn(code, (1, INTERRUPTED, -number))
            self.assertTrue(code == 1 or out == "")


if __name__ == "__main__":
    unittest.main()
