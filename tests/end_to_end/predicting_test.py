"""Predictions and comparisons as a user meets them: what is asked, committed, measured and counted,
and what stands beside a solution once a level passes."""
import json
import os
import pty
import re
import shutil
import signal
import subprocess
import time
import tomllib
import unittest

import checkout
from grading_test import PYTHON_ACQUIRE

FIRST_LEVEL = ("predict", "rate_limiter", "--level", "1", "--seed", "7")
PROMPT_LIMIT_S = 30


class Predicting(checkout.CheckoutTest):
    def setUp(self):
        super().setUp()
        shutil.rmtree(self.root / ".assay" / "predictions", ignore_errors=True)

    def committed(self):
        return self.root / "my" / "rate_limiter" / "predictions.toml"

    def solve(self):
        mine = self.root / "my" / "rate_limiter"
        mine.mkdir(parents=True, exist_ok=True)
        shutil.copy(self.root / "reference/rate_limiter/solution.cpp", mine)

    def grade(self):
        return json.loads(self.run_well("grade", "rate_limiter", "--level", "1", "--json"))


class Predict(Predicting):
    def test_asks_commits_measures_and_explains(self):
        text = self.run_well(*FIRST_LEVEL, typed="44\n100\n")
        self.assertRegex(text, r"1 poisson_denials +44 % +44\.\d % +×1\.0?\d? +1\n")
        self.assertRegex(text, r"1 retry_herd +100 calls +1,890 calls +×18\.9 +0\n")
        self.assertIn("  1 of 2 marks, outside the points", text)
        document = tomllib.loads(self.committed().read_text())
        self.assertEqual(document["committed"][0]["answers"],
                         {"poisson_denials": 44, "retry_herd": 100})
        self.assertEqual(document["committed"][0]["seed"], 7)

    def test_again_shows_the_same_and_changes_nothing(self):
        first = self.run_well(*FIRST_LEVEL, typed="44\n100\n")
        before = self.committed().read_text()
        again = self.run_well("predict", "rate_limiter", "--level", "1")
        self.assertTrue(first.endswith(again))
        self.refuse("predict", "rate_limiter", "--level", "1", "--answer", "retry_herd=1890",
                    code=2, says="may be committed already")
        self.assertEqual(self.committed().read_text(), before)

    def test_of_another_level_is_added(self):
        self.run_well(*FIRST_LEVEL, typed="44\n100\n")
        before = self.committed().read_text()
        self.run_well("predict", "rate_limiter", "--level", "2", typed="10\n10\n")
        self.assertTrue(self.committed().read_text().startswith(before))
        text = self.run_well("predict", "rate_limiter", "--level", "2")
        self.assertIn("counter_bursts", text)
        self.assertNotIn("retry_herd", text)

    def test_takes_answers_by_name(self):
        text = self.run_well(*FIRST_LEVEL, "--answer", "retry_herd=1,890 calls",
                             "--answer", "poisson_denials=44%")
        self.assertIn("  2 of 2 marks", text)

    def test_commits_nothing_unless_all_is_answered(self):
        for answers, says in (("", "no answer came for poisson_denials"),
                              ("44\n", "no answer came for retry_herd"),
                              ("44\nmany\n", "'many' is not a number"),
                              ("101\n5\n", "from 0 to 100 %"),
                              ("\n", "there is no answer")):
            run = self.copy.run(*FIRST_LEVEL, typed=answers)
            self.assertRegex(run.stderr, r"\Aassay: [^\n]+\n\Z")
            self.assertIn(says, run.stderr)
            self.assertIn("nothing was committed", run.stderr)
            self.assertEqual(run.returncode, 2)
            self.assertFalse(self.committed().exists())

    def test_that_makes_no_sense_is_refused(self):
        for words, says in ((("--level", "9"), "has no level 9"),
                            (("--answer", "44"), "SLUG=VALUE"),
                            (("--answer", "retry_hurd=1"), "did you mean 'retry_herd'"),
                            (("--seed", "x"), "--seed is a whole number")):
            self.refuse("predict", "rate_limiter", *words, code=2, says=says)
        self.committed().parent.mkdir(parents=True)
        self.committed().write_text("[[committed]\n")
        self.refuse(*FIRST_LEVEL, code=2, says=r"predictions\.toml:1: ")

    def test_that_was_interrupted_commits_nothing(self):
        """On a terminal: one answer that is nonsense, a good one, and Ctrl-C."""
        ours, theirs = pty.openpty()
        environment = self.copy.environment(TERM="dumb")
        process = subprocess.Popen(self.copy.command(*FIRST_LEVEL), stdin=theirs, stdout=theirs,
                                   stderr=theirs, env=environment, cwd=self.root)
        os.close(theirs)
        written = b""

        def read_until(pattern):
            nonlocal written
            deadline = time.monotonic() + PROMPT_LIMIT_S
            while not re.search(pattern, written) and time.monotonic() < deadline:
                written += os.read(ours, 65536)
            self.assertRegex(written, pattern)

        read_until(rb"% > $")
        os.write(ours, b"perhaps\n")
        read_until(rb"is not a number(.|\s)*% > $")
        os.write(ours, b"44\n")
        read_until(rb"calls > $")
        process.send_signal(signal.SIGINT)
        read_until(rb"interrupted; nothing was kept")
        self.assertEqual(process.wait(checkout.RUN_LIMIT_S), 130)
        os.close(ours)
        self.assertFalse(self.committed().exists())


class Counting(Predicting):
    def test_the_scorecard_has_a_score_of_its_own(self):
        self.solve()
        self.assertEqual(self.grade()["predictions"], {"marks": 0, "of": 0})
        shutil.rmtree(self.root / ".assay" / "runs")
        self.run_well(*FIRST_LEVEL, typed="44\n1000\n")
        card = self.grade()
        self.assertEqual(card["predictions"], {"marks": 1.5, "of": 2})
        self.assertEqual((card["score"], card["max_score"]), (20, 20))
        text = self.run_well("grade", "rate_limiter", "--level", "1")
        self.assertIn("predictions: 1.5 of 2", text)
        self.copy.write("my/rate_limiter/algorithms.cpp", (
            self.root / "exercises/rate_limiter/stub_algorithms.cpp").read_text())
        other = self.copy.run("grade", "rate_limiter", "--level", "2").stdout
        self.assertNotIn("predictions", other, "they are of level 1")
        stub = self.copy.run("grade", "rate_limiter", "--solution", "stub", "--json", "--only",
                             "1.1")
        self.assertEqual(json.loads(stub.stdout)["predictions"]["of"], 0)

    def test_a_stub_is_graded_and_it_is_not_too_late(self):
        self.copy.run("start", "rate_limiter")
        text = self.run_well(*FIRST_LEVEL, typed="44\n100\n")
        self.assertIn("1 of 2 marks", text)

    def test_after_the_level_had_points_it_is_too_late(self):
        self.solve()
        self.grade()
        text = self.run_well(*FIRST_LEVEL, typed="44\n1890\n")
        self.assertIn("0 of 0 marks", text)
        self.assertIn("(r-0001): they don't count", " ".join(text.split()))
        self.assertEqual(self.grade()["predictions"], {"marks": 0, "of": 0})


class Compare(Predicting):
    def test_comes_after_the_level_passes(self):
        run = self.copy.run("compare", "rate_limiter")
        self.assertEqual((run.stdout, run.returncode), ("", 1))
        self.assertIn("level 1 of rate_limiter was not graded as a whole yet", run.stderr)
        self.solve()
        self.run_well("grade", "rate_limiter", "--only", "1.1")
        run = self.copy.run("compare", "rate_limiter", "--level", "1")
        self.assertIn("was not graded as a whole yet", run.stderr)
        solution = self.root / "my/rate_limiter/solution.cpp"
        solution.write_text(solution.read_text().replace("price - bucket.credit}", "price}"))
        self.copy.run("grade", "rate_limiter", "--level", "1")
        run = self.copy.run("compare", "rate_limiter")
        self.assertEqual((run.stdout, run.returncode), ("", 1))
        self.assertRegex(run.stderr, r"does not pass yet: 1\.4 retry_after: fail.* in r-0002")
        self.refuse("compare", "rate_limiter", "--level", "9", code=2, says="has no level 9")

    def test_shows_designs_side_by_side_and_asks_on(self):
        self.solve()
        self.grade()
        text = self.run_well("compare", "rate_limiter", "--seed", "7")
        self.assertIn("yours passed in r-0001 · seed 7", text)
        for row in ("lines of code", "admitted of 600 calls", "ns a call", "bytes a key"):
            self.assertRegex(text, rf"(?m)^  {row}( +[0-9,.]+){{4}}$")
        self.assertRegex(text, r"(?m)^  +yours  reference +gcra +tokens$")
        self.assertIn("Credit and its time", text)
        for row in ("lines of code", "admitted of 600 calls", "ns a call", "bytes a key"):
            self.assertRegex(text, rf"(?m)^  {row}: [a-z]", "nothing says what the row is")
        self.assertRegex(text, r"\nnext: ./assay watch rate_limiter --level 2   [^\n]+\n\Z")
        manifest = tomllib.loads((self.root / "exercises/rate_limiter/exercise.toml").read_text())
        for question in manifest["level"][0]["questions"]:
            self.assertIn(question, " ".join(text.split()))
        self.assertLessEqual(max(map(len, text.split("\n"))), 80)

    def test_as_json_is_json(self):
        self.solve()
        self.grade()
        document = json.loads(self.run_well("compare", "rate_limiter", "--json"))
        self.assertEqual(document["schema"], "assay-compare/1")
        designs = {design["name"]: design for design in document["designs"]}
        self.assertEqual(designs["yours"]["costs"]["lines of code"],
                         designs["reference"]["costs"]["lines of code"])
        admitted = {design["costs"]["admitted of 600 calls"] for design in designs.values()}
        self.assertEqual(len(admitted), 1, "right buckets admit the same")

    def test_what_does_not_speak_of_costs_has_none(self):
        """A limiter in Python passes level 1, and knows no `load` and no `fill`."""
        self.copy.run("start", "rate_limiter", "--lang", "python")
        mine = self.root / "my" / "rate_limiter" / "solution.py"
        hole = '        raise NotImplementedError("TokenBucket.acquire")\n'
        mine.write_text(mine.read_text().replace(hole, PYTHON_ACQUIRE))
        self.grade()
        run = self.run_well("compare", "rate_limiter", "--json")
        costs = json.loads(run)["designs"][0]["costs"]
        self.assertIsNone(costs["ns a call"])
        self.assertIsNotNone(costs["admitted of 600 calls"])


if __name__ == "__main__":
    unittest.main()
