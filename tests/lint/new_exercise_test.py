#!/usr/bin/env python3
"""What `assay new` writes is an exercise that works at once. In a private copy of the checkout: the
skeleton is written, built, graded and proved, and the linter has nothing to say about it.

The copy is configured anew, since a build belongs to its folder, but what it has in common with the
checkout is not compiled again (reuse_objects.sh)."""
import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

from findings import files_of
from sources import check_sources

SOURCE = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = pathlib.Path(os.environ.get("ASSAY_PROGRAM", SOURCE / "build" / "bin" / "assay"))
BUILD = PROGRAM.resolve().parents[1]
SLUG = "url_shortener"
STEP_LIMIT_S = 240
BUILT_ALIKE = ("CMAKE_BUILD_TYPE", "CMAKE_CXX_COMPILER", "CMAKE_CXX_FLAGS",
               "CMAKE_CXX_FLAGS_RELEASE")


class NewExercise(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = cls.enterClassContext(tempfile.TemporaryDirectory(prefix="assay-new-exercise-"))
        cls.root = pathlib.Path(folder).resolve()
        for name in files_of(SOURCE):
            (cls.root / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(SOURCE / name, cls.root / name)
        cls.build = cls.root / "build"
        cls.environment = {**os.environ, "ASSAY_ROOT": str(cls.root), "REUSE_COPY": str(cls.root),
                           "REUSE_SOURCE": str(SOURCE), "REUSE_BUILD": str(BUILD)}
        wrote = cls.assay("new", SLUG, program=PROGRAM)
        assert wrote.returncode == 0, wrote.stderr
        cls.configure_and_build()

    @classmethod
    def run_step(cls, *words):
        return subprocess.run([str(word) for word in words], cwd=cls.root, env=cls.environment,
                              stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              timeout=STEP_LIMIT_S)

    @classmethod
    def assay(cls, *words, program=None):
        return cls.run_step(program or cls.build / "bin" / "assay", *words)

    @classmethod
    def configure_and_build(cls):
        cache = (BUILD / "CMakeCache.txt").read_text(encoding="utf-8")
        alike = [f"-D{name}={value}" for name, value in re.findall(r"^(\w+):\w+=(.*)$", cache, re.M)
                 if name in BUILT_ALIKE]
        launcher = SOURCE / "tests" / "lint" / "reuse_objects.sh"
        for step in (["cmake", "--preset", "tests", "-B", cls.build, *alike,
                      f"-DCMAKE_CXX_COMPILER_LAUNCHER={launcher}"],
                     ["ninja", "-C", cls.build, "product", "prove", f"{SLUG}_test"]):
            done = cls.run_step(*step)
            assert done.returncode == 0, done.stdout + done.stderr

    def grade(self, *words, code):
        run = self.assay("grade", SLUG, "--json", *words)
        self.assertEqual(run.returncode, code, run.stdout + run.stderr)
        return json.loads(run.stdout)

    def test_reference_has_full_marks(self):
        result = self.grade("--solution", "reference", code=0)
        self.assertEqual((result["score"], result["max_score"]), (10, 10))

    def test_stubs_score_nothing_and_say_where_to_begin(self):
        for stub, place in (("stub", f"exercises/{SLUG}/stub.cpp:"),
                            (f"exercises/{SLUG}/stub.py", f"exercises/{SLUG}/stub.py:")):
            result = self.grade("--solution", stub, code=1)
            self.assertEqual((result["score"], result["complete"]), (0, True))
            self.assertEqual(result["checks"][0]["reason"],
                             "LimitedCounter" + ("::" if stub == "stub" else ".")
                             + "add is not implemented")
            self.assertTrue(result["checks"][0]["where"].startswith(place))

    def test_a_learner_can_start(self):
        run = self.assay("start", SLUG)
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertIn("LimitedCounter::add is not implemented", run.stdout)

    def test_proofs_hold(self):
        run = self.run_step("ctest", "--test-dir", self.build, "-R", SLUG, "--no-tests=error",
                            "--output-on-failure")
        self.assertEqual(run.returncode, 0, run.stdout + run.stderr)
        # The reference, the stub, three mutants, a variant, and the model.
        self.assertIn("0 tests failed out of 7", run.stdout)

    def test_the_linter_has_nothing_to_say(self):
        mine = [name for name in files_of(self.root) if SLUG in pathlib.PurePath(name).parts]
        self.assertGreater(len(mine), 10)
        self.assertEqual([str(finding) for finding in check_sources(self.root, mine)], [])
        lint = self.run_step("env", f"ASSAY_PROGRAM={self.build}/bin/assay", "python3",
                             SOURCE / "tests" / "lint" / "lint.py", self.root)
        about_it = [line for line in lint.stdout.split("\n") if SLUG in line]
        self.assertEqual(about_it, [], lint.stderr)
        self.assertIn("findings in", lint.stdout, lint.stderr)

    def test_it_is_formatted(self):
        if shutil.which("clang-format") is None:
            self.skipTest("clang-format is not installed")
        mine = [self.root / name for name in files_of(self.root)
                if SLUG in pathlib.PurePath(name).parts and name.endswith((".cpp", ".hpp"))]
        run = self.run_step("clang-format", "--dry-run", "-Werror", *mine)
        self.assertEqual(run.returncode, 0, run.stderr)


if __name__ == "__main__":
    unittest.main()
