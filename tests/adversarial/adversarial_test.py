"""Submissions that cheat, each graded as a teacher would grade it: 0 points, a reason for each check,
and nothing left behind. Run by root, each is graded as root and once more as an ordinary user.

adversarial_test.py CHEAT: a folder beside this file, or one of those made here (see made_here)."""
import json
import os
import pathlib
import re
import shutil
import sys
import time
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "end_to_end"))
import checkout  # noqa: E402

# What the reasons of the failing checks have to say; all of them, in plain words.
REASONS = {
    "allocation_of_10_gb": "memory",
    "closes_the_channel": "exited early with code 0",
    "fake_pass": "exited early with code 0",
    "floods_its_output": "printed more than",
    "forged_answers": "ready|said|exited|line",
    "infinite_loop": "CPU time",
    "leaves_a_daemon": "exited early",
    "replaces_its_program": "exited|said|ready|admitted",
    "stops_itself": "time-out",
    "tampers_with_its_limits": "CPU time",
    "throws_at_the_end": "threw|admitted",
}
NOT_BUILT = {
    "assembles_a_secret": "secret",
    "include_dev_zero": "compiler",
    "include_shadow": "shadow|denied",
    "links_to_a_secret": "secret",
    "template_bomb": "Bomb|compiler",
}
# Where nothing confines them they would reach this test, and whatever else its user runs.
REACH_OUT = ("kills_everything", "removes_files")
GRADING_LIMIT_S = 60
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
                if self.name in NOT_BUILT and not (HERE / self.name).exists():
                    return  # the secret would be this user's own
                self.copy.give_to(checkout.ORDINARY_USER)
                self.grade(checkout.ORDINARY_USER)

    def skip_where_it_would_reach_us(self):
        tiers = json.loads(self.copy.run("doctor", "--json").stdout)
        isolated = any(tier["name"] == "isolation: namespaces" and tier["ok"] for tier in tiers)
        if self.name in REACH_OUT and not isolated:
            self.skipTest("this machine has no namespaces for ordinary users")

    def grade(self, user):
        before = self.copy.listing(but=(".assay",))
        foreign = checkout.foreign_files()
        began = time.monotonic()
        run = self.copy.run("grade", "rate_limiter", "--solution", self.folder, "--json", user=user)
        took_s = time.monotonic() - began
        self.assertEqual(checkout.wait_until_childless(), [], "processes are left")
        self.assertEqual(checkout.processes_that_mention(str(self.copy.root)), [])
        self.assertEqual(self.copy.listing(but=(".assay",)), before, "files of the checkout changed")
        self.assertEqual(checkout.foreign_files() - foreign, set(), "files are left")
        self.assertLess(took_s, GRADING_LIMIT_S)
        print(f"{self.name}: {took_s:.1f} s", file=sys.stderr)
        self.assertNotIn(SECRET, run.stdout + run.stderr)
        if self.name in NOT_BUILT:
            return self.check_refusal(run)
        self.check_scorecard(run)

    def check_refusal(self, run):
        self.assertEqual(run.returncode, 3, run.stderr[-2000:])
        self.assertEqual(run.stdout, "")
        self.assertRegex(run.stderr, NOT_BUILT[self.name])
        self.assertRegex(run.stderr.splitlines()[-1], r"^assay: \S+ does not build$")
        self.assertLess(len(run.stderr), 100_000)

    def check_scorecard(self, run):
        self.assertEqual(run.returncode, 1, run.stderr)
        card = json.loads(run.stdout)
        self.assertEqual((card["score"], card["max_score"]), (0, 20))
        self.assertTrue(card["complete"])
        for check in card["checks"]:
            self.assertEqual(check["verdict"], "fail", check)
            self.assertRegex(check["reason"], r"\w+ \w+")
            self.assertNotIn("CHEAT", check["output"])
            print(f"  {check['id']} {check['seconds']:.1f} s  {check['reason']}", file=sys.stderr)
        reasons = "\n".join(check["reason"] for check in card["checks"])
        self.assertTrue(re.search(REASONS.get(self.name, ""), reasons), reasons)


if __name__ == "__main__":
    Cheat.name = sys.argv.pop()
    unittest.main()
