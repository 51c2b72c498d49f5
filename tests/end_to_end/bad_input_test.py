"""Bad input to every command ends in one clear line on stderr and the right exit code, and nothing
is written: the folder is listed before and after."""
import json
import os
import shutil
import unittest

import checkout

USAGE, NOT_BUILT = 2, 3


class BadInput(checkout.CheckoutTest):
    def grade(self, *words, says, user=None):
        self.refuse("grade", "rate_limiter", *words, code=USAGE, says=says, user=user)

    def test_unknown_exercise(self):
        for command in ("show", "start", "grade", "watch", "hint"):
            for name in ("no_such", "", "..", "kit", "a\nb\033[31m"):
                self.refuse(command, name, code=USAGE, says="there is no exercise")

    def test_missing_words(self):
        for command in ("show", "start", "grade", "watch", "hint", "new", "completion"):
            self.refuse(command, code=USAGE, says=f"(?i)required.*see ./assay {command} --help")
        self.grade("--seed", says="(?i)--seed")
        self.refuse("show", "rate_limiter", "too", "many", code=USAGE, says="too")

    def test_nothing_to_work_on_yet(self):
        self.grade(says="there is no my/rate_limiter yet: './assay start rate_limiter' makes it")
        self.refuse("watch", "rate_limiter", code=USAGE, says="there is no my/rate_limiter yet")
        for command in ("judge", "replay"):
            self.refuse(command, code=USAGE, says="nothing has been graded yet")

    def test_levels_and_numbers(self):
        for level in ("-1", "0", "99"):
            self.grade("--level", level, "--solution", "stub", says=f"no level {level}")
            self.refuse("hint", "rate_limiter", "--level", level, code=USAGE, says="no level")
        for number in ("one", "1.5", "9" * 30):
            self.grade("--level", number, says="--level")
        for number in ("-1", "x", "1e3", "9" * 30):
            self.grade("--seed", number, "--solution", "stub", says="--seed")
        self.grade("--only", "9.9", "--solution", "stub", says="has no check '9.9'")
        self.grade("--only", "", "--solution", "", says="check|my/")

    def test_two_solutions_at_once(self):
        self.grade("--solution", "stub", "--exec", "true", says="give one of them")

    def test_solutions_that_are_none(self):
        self.copy.write("empty/notes.txt", "nothing here\n")
        (self.root / "directory/solution.cpp").mkdir(parents=True)
        os.mkfifo(self.root / "pipe.cpp")
        (self.root / "loop.cpp").symlink_to("loop.cpp")
        for path, says in (("no/such", "doesn't exist"), ("empty", "has no .cpp file"),
                           ("empty/notes.txt", "has no .cpp file"), ("directory", "no .cpp file"),
                           ("directory/solution.cpp", "no .cpp file"),
                           ("/dev/null", "no .cpp file"),
                           ("pipe.cpp", "pipe.cpp"), ("loop.cpp", "loop.cpp")):
            self.grade("--solution", path, says=says)

    def test_large_solutions(self):
        self.copy.write("large/solution.cpp", b"//" + b"x" * (5 << 20))
        self.grade("--solution", "large", says="large")
        for number in range(70):
            self.copy.write(f"many/part_{number}.cpp", "")
        self.grade("--solution", "many", says="many|files")

    @unittest.skipUnless(checkout.AS_ROOT, "takes a second user")
    def test_unreadable(self):
        user = checkout.ORDINARY_USER
        path = self.copy.write("closed/solution.cpp", "")
        path.chmod(0o600)
        self.copy.write("barred/solution.cpp", "").parent.chmod(0o700)
        for name in ("closed", "closed/solution.cpp", "barred", "barred/solution.cpp"):
            self.grade("--solution", name, says="can't read|[Pp]ermission denied", user=user)

    @unittest.skipUnless(checkout.AS_ROOT, "takes a second user")
    def test_checkout_that_cannot_be_written(self):
        user = checkout.ORDINARY_USER
        for words in (("start", "rate_limiter"), ("hint", "rate_limiter"), ("new", "fresh_one"),
                      ("grade", "rate_limiter", "--solution", "stub")):
            self.refuse(*words, user=user, code=USAGE, says="[Pp]ermission denied")

    def does_not_build(self, content, says):
        path = self.copy.write("broken/solution.cpp", content)
        before = self.copy.listing()
        run = self.copy.run("grade", "rate_limiter", "--solution", path.parent)
        self.assertEqual((run.stdout, run.returncode), ("", NOT_BUILT), run.stderr)
        self.assertRegex(run.stderr, says)
        self.assertRegex(run.stderr.splitlines()[-1], "^assay: broken does not build$")
        self.assertEqual(self.copy.listing(), before)
        for character in run.stderr:
            self.assertTrue(character.isprintable() or character == "\n", repr(character))

    def test_solutions_that_do_not_build(self):
        self.does_not_build("int broken(\n", r"broken/solution\.cpp:1:\d+: error: ")
        self.does_not_build(bytes(range(256)) * 64, "error")
        self.does_not_build('#include "no_such.hpp"\n', "no_such.hpp")
        self.does_not_build('#error "\033]0;owned\007"\n', "error")

    def test_programs_that_are_none(self):
        for command in ("no-such-program", "exit 7", "true", "cat /dev/zero", "kill -9 $$"):
            run = self.copy.run("grade", "rate_limiter", "--only", "1.1", "--json",
                                "--exec", command)
            self.assertEqual((run.returncode, run.stderr), (1, ""), command)
            check = json.loads(run.stdout)["checks"][0]
            self.assertEqual(check["verdict"], "fail")
            self.assertRegex(check["reason"], r"\w+ \w+")

    def test_unknown_runs(self):
        self.copy.run("grade", "rate_limiter", "--solution", "stub", "--only", "1.1")
        for name in ("r-9999", "9999", "-1", "0", "", "../..", "exercises", "/", "no\nsuch"):
            for command in ("judge", "replay"):
                self.refuse(command, "--", name, code=USAGE, says="there is no run")
        self.refuse("replay", "last", "9.9", code=USAGE, says="has no check '9.9'")

    def test_damaged_runs(self):
        self.copy.run("grade", "rate_limiter", "--solution", "stub", "--only", "1.1")
        run = self.root / ".assay/runs/r-0001"
        good = (run / "result.json").read_text()
        other = json.loads(good) | {"exercise": "no_such"}
        no_checks = json.loads(good) | {"checks": 7}
        for damaged in ("", "{", "[]", "null", "{}", good[: len(good) // 2], "\xff\xfe",
                        json.dumps(other), json.dumps(no_checks), good.replace('"fail"', '"maybe"'),
                        "[" * 10_000):
            (run / "result.json").write_text(damaged)
            for command in ("judge", "replay"):
                self.refuse(command, code=USAGE, says="damaged|no exercise")
        (run / "result.json").write_text(good)
        (run / "evidence/capacity.transcript").write_text("what is this?\n")
        for command in ("judge", "replay"):
            self.refuse(command, code=USAGE, says="damaged.*line 1")
        shutil.rmtree(run / "evidence")
        self.refuse("replay", code=USAGE, says="no evidence")

    def test_damaged_progress(self):
        path = self.copy.write(".assay/progress.json", "")
        for damaged in ("", "{", "[]", '{"rate_limiter": 1}', '{"rate_limiter": {"best": "x"}}'):
            path.write_text(damaged)
            for words in (("list",), ("hint", "rate_limiter"), ("list", "--json")):
                self.refuse(*words, code=USAGE, says="progress.json is damaged")
        self.copy.write("my/rate_limiter/solution.cpp", (
            self.root / "exercises/rate_limiter/stub.cpp").read_text())
        path.write_text("{")
        before = self.copy.listing(but=(".assay/subjects",))
        run = self.copy.run("grade", "rate_limiter", "--level", "1")
        self.assertRegex(run.stderr, "^assay: .*progress.json is damaged")
        self.assertEqual(self.copy.listing(but=(".assay/subjects",)), before)

    def test_names_of_new_exercises(self):
        for name in ("", "x", "Upper", "with-dash", "../up", "9lives", "a" * 41, "rate limiter"):
            self.refuse("new", "--", name, code=USAGE, says="can't name an exercise")
        self.refuse("new", "rate_limiter", code=USAGE, says="taken")

    def test_place_that_is_no_checkout(self):
        self.refuse("list", ASSAY_ROOT="/nowhere", code=USAGE, says="/nowhere is not a checkout")

    def test_tests_are_the_launchers(self):
        self.refuse("test", code=USAGE, says="./assay test")


if __name__ == "__main__":
    unittest.main()
