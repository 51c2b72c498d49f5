"""Gradings as a user runs them: what can be graded and how, and what can be done with a run
afterwards: judge it again, replay it. Mostly of level 1, which is the quickest."""
import json
import re
import shutil
import unittest

import checkout

# Right, and shorter than the skeleton's: credit is counted in nanoseconds.
PYTHON_ACQUIRE = '''\
        full = self.capacity * self.emission_interval
        self.buckets = getattr(self, "buckets", {})
        credit, at = self.buckets.get(key, (full, now))
        credit = min(full, credit + now - at)
        price = cost * self.emission_interval
        admitted = price <= credit
        left = credit - price if admitted else credit
        self.buckets[key] = (left, now)
        wait = None if admitted or cost > self.capacity else price - credit
        return admitted, left // self.emission_interval, wait
'''
TIMES = re.compile(r'"(seconds|build_seconds|started|run)": [^,\n]*|r-\d+')


def without_times(text):
    return TIMES.sub("", text)


class Grade(checkout.CheckoutTest):
    def card(self, *words, code=1):
        return json.loads(self.run_well("grade", "rate_limiter", *words, "--json", code=code))

    def test_of_the_reference(self):
        for number, level in self.levels().items():
            if level["protocol"] != "script":
                continue  # timed checks may be noisy here; the proofs grade all of it
            card = self.card("--solution", "reference", "--level", number, code=0)
            self.assertEqual((card["score"], card["max_score"], card["complete"]),
                             (level["points"], level["points"], True))

    def test_of_the_stub_at_all_levels(self):
        card = self.card("--solution", "stub")
        self.assertEqual((card["score"], card["complete"]), (0, True))
        self.assertEqual({check["level"] for check in card["checks"]}, set(self.levels()))
        self.assertEqual(card["max_score"], sum(check["max_points"] for check in card["checks"]))
        for check in card["checks"]:
            self.assertRegex(check["reason"], "is not implemented$|^not measured", check["id"])
            if not check["reason"].startswith("not measured"):
                self.assertRegex(check["where"], r"^exercises/rate_limiter/stub\w*\.cpp:\d+$")

    def test_prints_a_scorecard_for_people(self):
        for solution, code, says in (("reference", 0, "20 / 20"), ("stub", 1, "1.1")):
            self.assertIn(says, self.run_well("grade", "rate_limiter", "--level", "1",
                                              "--solution", solution, code=code))

    def test_of_a_file_or_a_folder_from_anywhere(self):
        variant = "tests/rate_limiter/variants/gcra"
        for path, where in ((variant, self.root), ("gcra", self.root / variant / ".."),
                            (f"{variant}/solution.cpp", self.root), (self.root / variant, "/")):
            card = json.loads(self.run_well("grade", "rate_limiter", "--only", "1.1", "--json",
                                            "--solution", path, cwd=where))
            self.assertEqual((card["solution"]["kind"], card["score"]), ("path", 4))

    def test_of_ones_own_from_anywhere(self):
        self.copy.run("start", "rate_limiter")
        card = json.loads(self.run_well("grade", "rate_limiter", "--level", "1", "--json", cwd="/",
                                        code=1))
        self.assertEqual((card["solution"]["kind"], card["score"]), ("mine", 0))

    def test_ends_with_the_most_useful_next_command(self):
        def tip(*words):
            text = self.copy.run("grade", "rate_limiter", *words).stdout
            return re.findall(r"(?m)^next: (.*)", text)[-1]
        limiter, stub = "rate_limiter", "exercises/rate_limiter/stub.cpp"
        self.assertEqual(tip("--solution", "stub", "--only", "1.1"), f"./assay start {limiter}")
        self.assertEqual(tip("--solution", stub, "--level", "1"), "./assay replay r-0002 1.1")
        reference = self.root / "reference/rate_limiter/solution.cpp"
        self.assertEqual(tip("--solution", reference, "--level", "1"), "./assay report r-0003")
        self.copy.run("start", limiter)
        self.assertEqual(tip("--level", "1"), f"./assay watch {limiter}")
        self.assertEqual(tip("--level", "2"), f"./assay watch {limiter} --level 2")
        shutil.copy(reference, self.root / "my/rate_limiter")
        self.assertEqual(tip("--only", "1.1"), f"./assay grade {limiter} --level 1")
        self.assertEqual(tip("--level", "1"), f"./assay compare {limiter} --level 1")

    def test_of_a_program_outside_the_current_folder(self):
        stub = (self.root / "exercises/rate_limiter/stub.py").read_text()
        self.copy.write("elsewhere/limiter.py", stub)
        below = self.copy.write("here/below/notes.txt", "").parent
        for path in ("../../elsewhere/limiter.py", f"'{self.root}/elsewhere/limiter.py'"):
            run = self.copy.run("grade", "rate_limiter", "--only", "1.1", "--exec",
                                f"python3 {path}", cwd=below)
            self.assertIn("TokenBucket.acquire is not implemented", run.stdout)
            self.assertEqual(run.stderr, "")

    def test_of_a_program_that_is_not_there_says_where_it_was_looked_for(self):
        below = self.copy.write("here/below/notes.txt", "").parent
        words = ("grade", "rate_limiter", "--only", "1.1", "--exec", "python3 nowhere.py")
        run = self.copy.run(*words, cwd=below)
        self.assertRegex(run.stderr, rf"\Aassay: the command ran in {below}, where relative.*\n\Z")
        self.assertIn("No such file or directory", " ".join(run.stdout.replace("│", "").split()))
        self.assertEqual(self.copy.run(*words, "--json", cwd=below).stderr, "")

    def test_of_one_check_or_one_level(self):
        for name in ("1.2", "refill"):
            card = self.card("--solution", "reference", "--only", name, code=0)
            self.assertEqual([check["slug"] for check in card["checks"]], ["refill"])
            self.assertEqual((card["score"], card["max_score"]), (6, 6))
        card = self.card("--solution", "reference", "--level", "2", code=0)
        self.assertEqual({check["level"] for check in card["checks"]}, {2})
        self.assertEqual(card["max_score"], self.levels()[2]["points"])

    def test_with_the_same_seed_gives_the_same_scorecard(self):
        mutant = self.copy.write("wrong/solution.cpp", self.always("true", "1"))
        words = ("grade", "rate_limiter", "--level", "1", "--solution", mutant, "--seed", "4711",
                 "--json")
        first, second = (self.run_well(*words, code=1) for _ in range(2))
        self.assertEqual(without_times(first), without_times(second))
        self.assertEqual(json.loads(first)["seed"], "4711")

    def test_without_a_seed_takes_a_fresh_one(self):
        seeds = {self.card("--solution", "stub", "--only", "1.1")["seed"] for _ in range(3)}
        self.assertEqual(len(seeds), 3)

    def test_shows_warnings_on_stderr_and_grades(self):
        source = self.copy.write("warned/solution.cpp", "int unused_parts() { int part; return 0; }"
                                 + self.always("true", "1"))
        run = self.copy.run("grade", "rate_limiter", "--only", "1.1", "--json",
                            "--solution", source)
        self.assertEqual(run.returncode, 1)
        self.assertRegex(run.stderr, r"warned/solution.cpp:1:\d+: warning: unused variable")
        self.assertEqual(json.loads(run.stdout)["score"], 0)

    def test_of_a_mistake_names_it(self):
        source = self.copy.write("yes/solution.cpp", self.always("true", "1"))
        card = self.card("--solution", source, "--level", "1")
        for check in card["checks"]:
            self.assertEqual(check["verdict"], "fail")
            self.assertTrue(check["reason"] and check["steps"] and check["replay"], check)
            self.assertLessEqual(len(check["steps"]), 12)

    def test_of_an_older_contract_says_so(self):
        stub = (self.root / "exercises/rate_limiter/stub.cpp").read_text()
        old = stub.replace("contract_version == 1", "contract_version == 0").replace(
            "written for contract 1", "written for contract 0")
        path = self.copy.write("old/solution.cpp", old)
        run = self.copy.run("grade", "rate_limiter", "--solution", path)
        self.assertEqual((run.stdout, run.returncode), ("", 3))
        self.assertIn("this solution was written for contract 0", run.stderr)
        self.assertRegex(run.stderr, r"\nassay: old/solution.cpp does not build\n$")

    def test_keeps_the_run(self):
        text = self.run_well("grade", "rate_limiter", "--level", "1", "--json", "--solution",
                             "stub", code=1)
        run = self.root / ".assay/runs/r-0001"
        self.assertEqual((run / "result.json").read_text(), text)
        self.assertEqual({path.stem for path in (run / "evidence").iterdir()},
                         {check["slug"] for check in json.loads(text)["checks"]})

    def test_of_an_empty_solution_names_what_is_missing(self):
        path = self.copy.write("empty/solution.cpp", "")
        for level, function in ((1, "make_token_bucket"), (2, "make_limiter"),
                                (3, "make_shared_limiter")):
            card = self.card("--solution", path, "--level", level)
            self.assertEqual((card["score"], card["complete"]), (0, True))
            reasons = [check["reason"] for check in card["checks"]]
            for reason in reasons:
                self.assertRegex(reason, "is not implemented$|^not measured")
            self.assertIn(function, "".join(reasons))

    @staticmethod
    def always(admitted, remaining):
        return f'''
#include "api.hpp"
namespace rate_limiter {{
struct Always final : Limiter {{
  Decision acquire(std::string_view, std::int64_t) override {{
    return {{{admitted}, {remaining}, std::nullopt}};
  }}
}};
std::unique_ptr<Limiter> make_token_bucket(Policy, const kit::Clock&) {{
  return std::make_unique<Always>();
}}
}}  // namespace rate_limiter
'''


class Python(checkout.CheckoutTest):
    def start(self):
        text = self.run_well("start", "rate_limiter", "--lang", "python")
        self.assertFalse((self.root / "my/rate_limiter/compile_commands.json").exists())
        return text, self.root / "my/rate_limiter/solution.py"

    def solve(self, path):
        skeleton = path.read_text()
        hole = '        raise NotImplementedError("TokenBucket.acquire")\n'
        self.assertEqual(skeleton.count(hole), 1)
        path.write_text(skeleton.replace(hole, PYTHON_ACQUIRE))

    def grade(self, level, *words, code=0):
        return json.loads(self.run_well("grade", "rate_limiter", "--level", level, "--json", *words,
                                        code=code))

    def test_skeleton_fails_as_the_stub_does(self):
        self.start()
        for level in (1, 2):
            python = self.grade(level, code=1)
            stub = self.grade(level, "--solution", "stub", code=1)
            self.assertEqual((python["score"], python["solution"]["language"]), (0, "python"))
            for check, expected in zip(python["checks"], stub["checks"], strict=True):
                self.assertEqual((check["id"], check["verdict"]), (expected["id"], "fail"))
                self.assertIn("is not implemented", check["reason"])

    def test_takes_no_part_where_threads_are_graded(self):
        self.start()
        threads = [number for number, level in self.levels().items()
                   if level["protocol"] == "threads"]
        for level in threads:
            card = self.grade(level, code=75)
            self.assertEqual((card["score"], card["max_score"], card["complete"]), (0, 0, False))
            for check in card["checks"]:
                self.assertEqual(check["verdict"], "not attempted")
                self.assertIn("C++ only", check["reason"])

    def test_skeleton_names_the_line_to_edit(self):
        text, path = self.start()
        line = 1 + path.read_text()[: path.read_text().index("raise NotImpl")].count("\n")
        self.assertIn(f"solution.py:{line}", text)

    def test_an_untouched_gateway_is_told_what_to_write_first(self):
        self.start()
        text = self.copy.run("grade", "rate_limiter", "--level", "5").stdout
        self.assertIn("Gateway.handle is not implemented", text)
        self.assertRegex(text, r"→ +my/rate_limiter/gateway\.py:\d+\n")
        self.assertEqual(text.count("as 5.1\n"), 6)
        self.assertTrue(text.endswith("next: ./assay watch rate_limiter --level 5\n"), text)

    def test_solution_gets_all_points(self):
        self.solve(self.start()[1])
        card = self.grade(1)
        self.assertEqual((card["score"], card["max_score"]), (20, 20))

    def test_program_gets_all_points(self):
        path = self.start()[1]
        self.solve(path)
        card = self.grade(1, "--exec", f"python3 {path}")
        self.assertEqual((card["score"], card["solution"]["kind"]), (20, "exec"))

    def test_exception_is_a_failing_check(self):
        path = self.start()[1]
        self.solve(path)
        path.write_text(path.read_text().replace("now - at", 'now - at + "1"'))
        card = self.grade(1, code=1)
        self.assertEqual(card["score"], 0)
        self.assertIn("TypeError", card["checks"][0]["reason"])

    def test_that_does_not_parse_is_a_failing_check(self):
        path = self.start()[1]
        path.write_text("def half(:\n")
        card = self.grade(1, code=1)
        self.assertIn("SyntaxError", card["checks"][0]["output"])

    def test_unknown_language_is_refused(self):
        self.refuse("start", "rate_limiter", "--lang", "cobol", code=2, says="'cobol'.*c\\+\\+")


class Runs(checkout.CheckoutTest):
    """What can be done with a run that failed."""

    def grade_a_mistake(self):
        source = (self.root / "reference/rate_limiter/solution.cpp").read_text()
        wrong = re.sub(r"std::min\(([^,]+), ([^)]+\))\)", r"(\2)", source)
        self.copy.write("my/rate_limiter/solution.cpp", Grade.always("true", "1")
                        if wrong == source else wrong)
        text = self.run_well("grade", "rate_limiter", "--level", "1", "--json", code=1)
        return text, json.loads(text)

    def test_judge_gives_the_stored_scorecard(self):
        for solution, code in (("stub", 1), ("reference", 0)):
            stored = self.run_well("grade", "rate_limiter", "--level", "1", "--solution", solution,
                                   "--json", code=code)
            again = self.run_well("judge", "last", "--json", code=code)
            self.assertEqual(without_times(again), without_times(stored))
        stored, _ = self.grade_a_mistake()
        for name in ("last", "r-0003", "3", ".assay/runs/r-0003"):
            again = self.run_well("judge", name, "--json", code=1)
            self.assertEqual(without_times(again), without_times(stored))

    def test_judge_prints_the_same_scorecard(self):
        printed = self.run_well("grade", "rate_limiter", "--level", "1", "--solution", "stub",
                                code=1)
        again = self.run_well("judge", code=1)
        times = re.compile(r"\d+\.?\d* m?s\b")
        self.assertEqual(times.sub("", again), times.sub("", printed))

    def test_judge_and_replay_leave_no_run(self):
        self.grade_a_mistake()
        before = self.copy.listing(but=(".assay/subjects",))
        self.run_well("judge", code=1)
        self.run_well("replay", code=1)
        self.assertEqual(self.copy.listing(but=(".assay/subjects",)), before)

    def test_replay_shows_the_same_answers(self):
        _, card = self.grade_a_mistake()
        failed = [check for check in card["checks"] if check["verdict"] == "fail"]
        for check in failed:
            words = check["replay"].split()
            self.assertEqual(words[:3], ["./assay", "replay", "r-0001"])
            text = self.run_well(*words[1:], code=1)
            self.assertIn("the same answers as in r-0001", text)
            self.assertIn(check["reason"][:40], text)

    def test_interleavings_are_judged_and_replayed_exactly(self):
        wrong = self.root / "tests/rate_limiter/mutants/torn_bucket"
        stored = self.run_well("grade", "rate_limiter", "--only", "hot_key", "--json",
                               "--solution", wrong, code=1)
        again = self.run_well("judge", "--json", code=1)
        self.assertEqual(without_times(again), without_times(stored))
        check = json.loads(stored)["checks"][0]
        self.assertEqual(len({step["at"] for step in check["steps"]} & {"thread 0", "thread 1"}), 2)
        for _ in range(3):
            text = self.run_well("replay", code=1)
            self.assertIn("the same answers as in r-0001", text)
            self.assertIn(check["where"], text)

    def test_replay_of_a_mended_solution_says_so(self):
        self.grade_a_mistake()
        reference = self.root / "reference/rate_limiter/solution.cpp"
        shutil.copy(reference, self.root / "my/rate_limiter")
        self.assertIn("these answers are right now", self.run_well("replay"))

    def test_replay_of_a_solution_that_is_gone_or_broken(self):
        self.grade_a_mistake()
        self.copy.write("my/rate_limiter/solution.cpp", "int broken(\n")
        run = self.copy.run("replay")
        self.assertEqual((run.returncode, run.stdout), (3, ""))
        self.assertRegex(run.stderr, r"\nassay: \S+ does not build\n$")
        shutil.rmtree(self.root / "my")
        self.refuse("replay", code=2, says="there is no my/rate_limiter")

    def test_replay_of_a_pass(self):
        self.run_well("grade", "rate_limiter", "--solution", "reference", "--only", "1.1")
        self.refuse("replay", code=2, says="nothing failed in r-0001")
        self.refuse("replay", "last", "1.1", code=2, says="1.1 did not fail in r-0001")


if __name__ == "__main__":
    unittest.main()
