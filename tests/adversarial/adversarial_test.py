"""Submissions that cheat, each graded as a teacher would grade it: 0 points at every level, a
reason for each check, and nothing left behind. Run by root, each is graded as root and again, level
1 only, as an ordinary user.

adversarial_test.py CHEAT: a folder beside this file, or one of those made here (see made_here)."""
import concurrent.futures
import json
import pathlib
import re
import shutil
import sys
import time
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "end_to_end"))
import checkout  # noqa: E402

WRONG_ANSWER = "denied|admitted|remaining|wrong decision"
# At later levels a cheat may have nothing, or clash with what watches it.
AT_LATER_LEVELS = ("is not implemented$|^not measured: |does not build as this check needs it|"
                   "where a report of a round is due|did not echo the last line|got a decision|"
                   "before it was ready|not a decision|where the protocol wants|exited early|"
                   "key was ever seen")
# What the reason of each failing check has to say.
REASONS = {
    "allocation_of_10_gb": "memory",
    "closes_the_channel": "exited early with code 0",
    "fake_pass": "exited early with code 0",
    "floods_its_output": "printed more than",
    "forged_answers": "admitted|remaining|exited|line",
    "forged_rounds": "answer|report|" + WRONG_ANSWER,
    "fork_bomb": "time-out|CPU time",
    "infinite_loop": "CPU time|time-out",
    "leaves_a_daemon": "exited early",
    "nonsense_rounds": "answer|report|" + WRONG_ANSWER,
    "replaces_its_program": "exited|said|remaining|admitted",
    "stops_itself": "time-out",
    "tampers_with_its_limits": "CPU time|time-out",
    "throws_at_the_end": "threw|admitted",
}
NOT_BUILT = {
    "assembles_a_secret": "secret",
    "include_dev_zero": "compiler",
    "include_shadow": "shadow|denied",
    "links_to_a_secret": "symbolic link",
    "macro_bomb": "used more than 3 GB of memory",
    "own_main": "multiple definition of .*main",
    "template_bomb": "template instantiation depth exceeds",
}
# Where nothing confines them they would reach this test, and whatever else its user runs.
REACH_OUT = ("kills_everything", "removes_files")
SECRETS = ("assembles_a_secret", "links_to_a_secret")
# What waits for a time limit in each check: the checks are graded side by side, of later levels
# the first one, and as an ordinary user the first of all, so that this test ends in minutes.
SLOW = ("fork_bomb", "infinite_loop", "stops_itself", "tampers_with_its_limits")
SIDE_BY_SIDE = 5
CHECK_LIMIT_S = 120  # far more than any takes, for a loaded machine
SECRET = "correct horse battery staple"


def made_here(name, copy, folder):
    """Cheats that can't lie in a checkout: they name a file that only its owner may read."""
    secret = copy.write("secret/exam.txt", SECRET + "\n")
    secret.parent.chmod(0o700)
    folder.mkdir(parents=True)
    text = '#include "api.hpp"\n'
    if name == "links_to_a_secret":
        (folder / "exam.hpp").symlink_to(secret)
        text += '#include "exam.hpp"\n'
    else:
        text += f'asm(".incbin \\"{secret}\\"");\n#include "{secret}"\n'
    (folder / "solution.cpp").write_text(text)


class Cheat(unittest.TestCase):
    name = ""

    def setUp(self):
        checkout.adopt_orphans()
        self.copy = self.enterContext(checkout.Checkout())
        self.folder = self.copy.root / "submissions" / self.name
        if (HERE / self.name).exists():
            shutil.copytree(HERE / self.name, self.folder)
        else:
            made_here(self.name, self.copy, self.folder)

    def test_scores_nothing_and_leaves_nothing(self):
        with self.subTest(user="root" if checkout.AS_ROOT else "ordinary"):
            if not checkout.AS_ROOT:
                self.skip_where_it_would_reach_us()
            self.grade(None)
        if checkout.AS_ROOT:
            with self.subTest(user="ordinary"):
                if self.name in SECRETS:
                    return  # it would be this user's own
                self.copy.give_to(checkout.ORDINARY_USER)
                self.grade(checkout.ORDINARY_USER)

    def skip_where_it_would_reach_us(self):
        tiers = json.loads(self.copy.run("doctor", "--json").stdout)
        if self.name in SECRETS:
            self.skipTest("takes a grader who can read more than a subject: root")
        isolated = any(tier["name"] == "isolation: namespaces" and tier["ok"] for tier in tiers)
        if self.name in REACH_OUT and not isolated:
            self.skipTest("this machine has no namespaces for ordinary users")

    def grade(self, user):
        before = self.copy.listing(but=(".assay",))
        foreign = checkout.foreign_files()
        began = time.monotonic()
        runs = self.run_grader(user)
        took_s = time.monotonic() - began
        self.assertEqual(checkout.wait_until_childless(), [], "processes are left")
        self.assertEqual(checkout.processes_that_mention(str(self.copy.root)), [])
        self.assertEqual(self.copy.listing(but=(".assay",)), before, "the checkout changed")
        self.assertEqual(checkout.foreign_files() - foreign, set(), "files are left")
        print(f"{self.name}: {took_s:.1f} s", file=sys.stderr)
        for run in runs:
            self.assertNotIn(SECRET, run.stdout + run.stderr)
            if self.name in NOT_BUILT:
                self.check_refusal(run)
        if self.name not in NOT_BUILT:
            self.check_scorecards(runs)

    def run_grader(self, user):
        words = ("grade", "rate_limiter", "--solution", self.folder, "--json")
        if self.name not in SLOW:
            level = () if user is None else ("--level", "1")
            return [self.copy.run(*words, *level, user=user)]
        first, *others = self.some_checks()
        runs = [self.copy.run(*words, "--only", first, user=user)]
        if user is not None:
            return runs
        with concurrent.futures.ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
            return [*runs, *pool.map(lambda check: self.copy.run(*words, "--only", check), others)]

    def some_checks(self):
        """Out of the question's tables, which the lint compares with the checks."""
        question = self.copy.run("show", "rate_limiter").stdout
        checks = re.findall(r"(?m)^\| (\d+)\.(\d+) \w+ \|", question)
        return [f"{level}.{place}" for level, place in checks
                if level == "1" or place == "1"]

    def check_refusal(self, run):
        if self.name == "links_to_a_secret":  # seen before anything is built
            self.assertRegex(run.stderr, r"\Aassay: [^\n]*symbolic link[^\n]*\n\Z")
            return self.assertEqual((run.returncode, run.stdout), (2, ""))
        self.assertEqual(run.returncode, 3, run.stderr[-2000:])
        self.assertEqual(run.stdout, "")
        self.assertRegex(run.stderr, NOT_BUILT[self.name])
        self.assertRegex(run.stderr.splitlines()[-1], r"^assay: \S+ does not build$")
        self.assertLess(len(run.stderr), 100_000)

    def check_scorecards(self, runs):
        reasons = ""
        for run in runs:
            self.assertEqual(run.returncode, 1, run.stderr)
            card = json.loads(run.stdout)
            self.assertEqual((card["score"], card["complete"]), (0, True), run.stdout)
            points = sum(check["max_points"] for check in card["checks"])
            self.assertEqual(card["max_score"], points)
            for check in card["checks"]:
                self.check_failure(check)
                reasons += f"  {check['id']} {check['seconds']:.1f} s  {check['reason']}\n"
        print(reasons, end="", file=sys.stderr)

    def check_failure(self, check):
        expected = REASONS.get(self.name, WRONG_ANSWER)
        if check["level"] > 1:
            expected = "|".join((expected, WRONG_ANSWER, AT_LATER_LEVELS))
        self.assertEqual(check["verdict"], "fail", check)
        self.assertLess(check["seconds"], CHECK_LIMIT_S)
        self.assertRegex(check["reason"], r"\w+ \w+")
        self.assertNotIn("CHEAT", check["output"])
        self.assertRegex(check["reason"], expected)


if __name__ == "__main__":
    Cheat.name = sys.argv.pop()
    unittest.main()
