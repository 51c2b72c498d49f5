"""The commands with which somebody learns, as a user runs them: help, list, show, start and hint;
what they print on a terminal and elsewhere; completion; and mistyped words."""
import json
import os
import pty
import re
import shutil
import subprocess
import tomllib
import unittest

import checkout

ESCAPE = "\033["
COMMANDS = ("list", "show", "start", "hint", "grade", "play", "watch", "replay", "judge", "report",
            "doctor", "new", "predict", "compare", "test", "completion")


class Help(checkout.CheckoutTest):
    def test_names_every_command(self):
        text = self.run_well("--help")
        for command in COMMANDS:
            self.assertRegex(text, rf"(?m)^  {command} ")
        self.assertIn("Exit codes", text)

    def test_of_every_command_has_examples(self):
        for command in COMMANDS:
            self.assertIn("Examples:", self.run_well(command, "--help"), command)

    def test_version(self):
        self.assertRegex(self.run_well("--version"), r"^assay \d+\.\d+\n$")


class MistypedWords(checkout.CheckoutTest):
    def test_are_guessed(self):
        for words, meant in (
            (["grad", "rate_limiter"], "grade"),
            (["lsit"], "list"),
            (["grade", "rate_limter"], "rate_limiter"),
            (["show", "rate-limiter"], "rate_limiter"),
            (["start", "ratelimiter"], "rate_limiter"),
            (["hint", "rate_limite"], "rate_limiter"),
            (["grade", "rate_limiter", "--sed", "1"], "--seed"),
            (["grade", "rate_limiter", "--jsn"], "--json"),
            (["start", "rate_limiter", "--froce"], "--force"),
            (["grade", "rate_limiter", "--only", "refil"], "refill"),
        ):
            self.refuse(*words, code=2, says=f"did you mean '{meant}'\\?")

    def test_that_have_no_place_are_put_where_they_belong(self):
        limiter = "rate_limiter"
        stub = "exercises/rate_limiter/stub.cpp"
        for words, meant in (
            (["grade", limiter, "3"], f"./assay grade {limiter} --level 3"),
            (["grade", limiter, "level", "3"], f"./assay grade {limiter} --level 3"),
            (["grade", limiter, "6.3"], f"./assay grade {limiter} --only 6.3"),
            (["grade", limiter, stub], f"./assay grade {limiter} --solution {stub}"),
            (["grade", "--json", limiter, "stub"], f"./assay grade {limiter} --solution stub"),
            (["play", limiter, "reference"], f"./assay play {limiter} --solution reference"),
            (["hint", limiter, "6.3"], f"./assay hint {limiter} --level 6"),
            (["watch", limiter, "2"], f"./assay watch {limiter} --level 2"),
            (["predict", limiter, "2"], f"./assay predict {limiter} --level 2"),
            (["compare", limiter, "2"], f"./assay compare {limiter} --level 2"),
            (["start", limiter, "python"], f"./assay start {limiter} --lang python"),
            (["judge", "last", "6.5"], "./assay replay last 6.5"),
        ):
            self.refuse(*words, code=2, says=f"'{words[0]}' has no place for '.*'{meant}'")
        for words in (["replay", "last", "3", "4"], ["list", "x"], ["show", limiter, "7"]):
            self.refuse(*words, code=2, says=f"has no place for .*: see ./assay {words[0]} --help")

    def test_of_options_are_answered_in_plain_words(self):
        self.refuse("grade", "rate_limiter", "--level", "x", code=2,
                    says="--level takes a whole number, not 'x': see")
        self.refuse("grade", "rate_limiter", "--solution", code=2,
                    says="--solution needs a value after it: see")
        self.refuse("hint", code=2, says="the name of an exercise is required")
        self.refuse("hint", "rate_limiter", "--level", "9", code=2, says="it has levels 1 to 6")

    def test_of_a_run_are_guessed(self):
        self.copy.run("grade", "rate_limiter", "--solution", "stub", "--only", "1.1")
        self.refuse("judge", "r-001", code=2, says="did you mean 'r-0001'")
        self.refuse("replay", "last", "capcity", code=2, says="did you mean 'capacity'")

    def test_without_a_likely_meaning_say_where_to_look(self):
        self.refuse(code=2, says="a command is needed: see ./assay --help")
        self.refuse("xyzzy", code=2, says="no command 'xyzzy': see ./assay --help")
        self.refuse("show", "xyzzy", code=2, says="no exercise 'xyzzy': './assay list'")


class List(checkout.CheckoutTest):
    def test_for_people(self):
        text = self.run_well("list")
        self.assertIn("Rate limiter", text)
        self.assertIn("not graded yet", text)
        self.assertNotIn(ESCAPE, text)
        self.assertRegex(text, r"(?m)^  level +minutes  points +best  languages$")
        for number, level in self.levels().items():
            languages = "C\\+\\+" if level["protocol"] == "threads" else "C\\+\\+,.* any"
            self.assertRegex(text, rf"(?m)^  {number} +{level['title']} +{level['minutes']} "
                                   rf"+{int(level['points'])} +–  {languages}$")
        self.assertNotRegex(text, r"(?m) $")

    def test_for_programs(self):
        entries = json.loads(self.run_well("list", "--json"))
        limiter = next(entry for entry in entries if entry["exercise"] == "rate_limiter")
        self.assertEqual(limiter["question"], 8)
        self.assertEqual([level["level"] for level in limiter["levels"]],
                         list(range(1, len(limiter["levels"]) + 1)))
        self.assertEqual(limiter["levels"][0]["points"], 20)
        self.assertIsNone(limiter["best"])
        self.assertIn("rate_limiter", self.run_well("list", "--slugs").splitlines())

    def test_remembers_the_best_score(self):
        self.copy.run("start", "rate_limiter")
        self.assertRegex(self.run_well("list"), r"best 0 of \d\d")
        reference = self.root / "reference/rate_limiter/solution.cpp"
        shutil.copy(reference, self.root / "my/rate_limiter")
        self.run_well("grade", "rate_limiter", "--level", "1")
        best = self.run_well("list")
        self.assertRegex(best, r"best 20 of \d\d")
        self.copy.run("grade", "rate_limiter", "--level", "1", "--solution", "stub")
        self.assertEqual(self.run_well("list"), best)


class Show(checkout.CheckoutTest):
    def test_prints_the_question(self):
        question = (self.root / "exercises/rate_limiter/README.md").read_text()
        self.assertEqual(self.run_well("show", "rate_limiter"), question)

    def test_of_the_reference_is_told_by_the_scorecard(self):
        self.copy.run("start", "rate_limiter")
        before = self.copy.run("grade", "rate_limiter", "--only", "1.1", "--json")
        self.assertFalse(json.loads(before.stdout)["reference_opened"])
        self.assertIn("make_token_bucket", self.run_well("show", "rate_limiter", "--reference"))
        after = self.copy.run("grade", "rate_limiter", "--only", "1.1", "--json")
        self.assertTrue(json.loads(after.stdout)["reference_opened"])


class Start(checkout.CheckoutTest):
    def mine(self, name):
        return self.root / "my" / "rate_limiter" / name

    def test_copies_the_stub_and_says_what_to_do_first(self):
        text = self.run_well("start", "rate_limiter")
        stub = self.root / "exercises/rate_limiter/stub.cpp"
        self.assertEqual(self.mine("solution.cpp").read_text(), stub.read_text())
        for later in stub.parent.glob("stub_*.cpp"):
            mine = self.mine(later.name.removeprefix("stub_"))
            self.assertEqual(mine.read_text(), later.read_text())
        for level, name in ((1, "solution.cpp  begin here"), (2, "algorithms.cpp"),
                            (3, "shared.cpp"), (4, "fleet.cpp"), (5, "gateway.cpp"),
                            (6, "hierarchy.cpp")):
            title = self.levels()[level]["title"]
            self.assertRegex(text, rf"(?m)^  level {level}  {title} +my/rate_limiter/{name}$")
        self.assertIn("TokenBucket::acquire is not implemented", text)
        line = 1 + stub.read_text()[: stub.read_text().index("kit::not_implemented(")].count("\n")
        self.assertIn(f"my/rate_limiter/solution.cpp:{line}", text)

    def test_never_overwrites(self):
        self.run_well("start", "rate_limiter")
        self.mine("solution.cpp").write_text("// hours of work\n")
        self.refuse("start", "rate_limiter", code=2, says="is there already")
        self.assertEqual(self.mine("solution.cpp").read_text(), "// hours of work\n")

    def test_in_another_language_says_what_is_there_and_what_to_do(self):
        for first, second, suffix in (("c++", "python", "cpp"), ("python", "c++", "py")):
            self.copy.forget()
            self.run_well("start", "rate_limiter", "--lang", first)
            mine = f"my/rate_limiter/*.{suffix} my/rate_limiter/{suffix}"
            self.refuse("start", "rate_limiter", "--lang", second, "--force", code=2,
                        says=rf"already \(.*solution\.{suffix}\).*one language.*'mkdir .*"
                             rf"{re.escape(mine)}'.*--solution my/rate_limiter/{suffix}'")
            subprocess.run(f"mkdir my/rate_limiter/{suffix} && mv {mine}", shell=True, check=True,
                           cwd=self.root)
            self.run_well("start", "rate_limiter", "--lang", second)
            for words in ((), ("--solution", f"my/rate_limiter/{suffix}")):
                card = json.loads(self.copy.run("grade", "rate_limiter", "--only", "1.1", "--json",
                                                *words).stdout)
                self.assertEqual(card["solution"]["language"], second if not words else first)

    def test_in_python_says_what_is_not_in_python(self):
        text = self.run_well("start", "rate_limiter", "--lang", "python")
        self.assertRegex(text, r"level 3 .* not in Python\n")
        self.assertRegex(text, r"level 5 .* my/rate_limiter/gateway\.py\n")
        self.assertRegex(text, r"level 6 .* my/rate_limiter/solution\.py\n")

    def test_again_brings_what_is_missing(self):
        self.run_well("start", "rate_limiter")
        self.mine("solution.cpp").write_text("// hours of work\n")
        self.mine("shared.cpp").unlink()
        text = self.copy.run("start", "rate_limiter").stdout
        self.assertRegex(text, r"shared\.cpp\n")
        self.assertRegex(text, r"fleet\.cpp  \(as it was\)\n")
        self.assertIn("not_implemented", self.mine("shared.cpp").read_text())
        self.assertEqual(self.mine("solution.cpp").read_text(), "// hours of work\n")

    def test_by_force_keeps_the_old_one(self):
        self.run_well("start", "rate_limiter")
        for work in ("// hours of work\n", "// more work\n"):
            self.mine("solution.cpp").write_text(work)
            self.run_well("start", "rate_limiter", "--force")
            self.assertIn("not_implemented", self.mine("solution.cpp").read_text())
        kept = [path.read_text() for path in sorted(self.mine(".").glob("solution.cpp.old*"))]
        self.assertIn("// more work\n", kept)
        self.assertIn("// hours of work\n", kept, "the first one kept was lost")

    def test_configures_an_editor(self):
        self.run_well("start", "rate_limiter")
        commands = json.loads(self.mine("compile_commands.json").read_text())
        self.assertEqual({entry["file"] for entry in commands},
                         {str(path) for path in self.mine(".").glob("*.cpp")})
        for entry in commands:
            arguments = entry["arguments"]
            check = subprocess.run([*arguments[:-2], "-fsyntax-only", arguments[-1]],
                                   cwd=entry["directory"], capture_output=True, text=True)
            self.assertEqual((check.stderr, check.returncode), ("", 0))
        if shutil.which("clangd") is None:
            return
        check = subprocess.run(["clangd", f"--check={self.mine('solution.cpp')}", "--log=error"],
                               capture_output=True, text=True, timeout=60)
        self.assertEqual(check.returncode, 0, check.stderr)


class Hint(checkout.CheckoutTest):
    def test_gives_one_more_each_time_and_the_scorecard_counts(self):
        self.copy.run("start", "rate_limiter")
        manifest = tomllib.loads((self.root / "exercises/rate_limiter/exercise.toml").read_text())
        hints = len(manifest["level"][0]["hints"])
        for number in range(1, hints + 2):
            text = self.run_well("hint", "rate_limiter", "--level", "1")
            self.assertEqual(len(re.findall(r"(?m)^\d\. ", text)), min(number, hints))
        self.assertIn("last hint", text)
        card = json.loads(self.copy.run("grade", "rate_limiter", "--only", "1.1", "--json").stdout)
        total = sum(len(level["hints"]) for level in manifest["level"])
        self.assertEqual(card["hints"], {"used": hints, "total": total})


class Output(checkout.CheckoutTest):
    """Colours and progress are for terminals, results for stdout and all else for stderr."""

    GRADE = ("grade", "rate_limiter", "--solution", "stub", "--only", "1.1")

    def on_terminal(self, *words, **more):
        """What the command writes to a terminal."""
        ours, theirs = pty.openpty()
        environment = self.copy.environment(TERM="xterm-256color", **more)
        process = subprocess.Popen(self.copy.command(*words), stdin=theirs, stdout=theirs,
                                   stderr=theirs, env=environment, cwd=self.root)
        os.close(theirs)
        written = b""
        try:
            while step := os.read(ours, 65536):
                written += step
        except OSError:  # the terminal's other end is closed
            pass
        os.close(ours)
        process.wait(checkout.RUN_LIMIT_S)
        return written.decode()

    def test_elsewhere_is_plain(self):
        run = self.copy.run(*self.GRADE)
        self.assertEqual((run.returncode, run.stderr), (1, ""))
        self.assertNotIn("\033", run.stdout)
        self.assertNotIn("\r", run.stdout)

    def test_on_a_terminal_has_colours_and_progress_that_goes(self):
        written = self.on_terminal(*self.GRADE)
        self.assertIn(ESCAPE + "3", written)
        self.assertRegex(written, r"\r\033\[K.*1\.1")
        self.assertIn("\r\033[K", written.split("1.1")[-2] + written)

    def test_has_no_colours_where_they_are_not_wanted(self):
        for words, more in (((), {"NO_COLOR": "1"}), (("--color", "never"), {})):
            written = self.on_terminal(*words, *self.GRADE, **more)
            self.assertNotRegex(written, r"\033\[[0-9;]*m")

    def test_has_colours_wherever_they_are_asked_for(self):
        self.assertIn(ESCAPE, self.copy.run("--color", "always", "list").stdout)
        self.refuse("--color", "perhaps", "list", code=2, says="auto, always or never")

    def test_as_json_is_json_also_on_a_terminal(self):
        written = self.on_terminal(*self.GRADE, "--json")
        document = written[written.index('{'):]
        self.assertEqual(json.loads(document)["exercise"], "rate_limiter")

    def test_into_a_closed_pipe_is_no_crash(self):
        command = self.copy.command("show", "rate_limiter")
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                   env=self.copy.environment())
        process.stdout.close()
        self.assertGreaterEqual(process.wait(checkout.RUN_LIMIT_S), 0)
        process.stderr.close()


class Completion(checkout.CheckoutTest):
    def complete(self, *words):
        """What bash offers for the last of the words."""
        quoted = " ".join(f"'{word}'" for word in words)
        script = (f"source <(assay completion bash); COMP_WORDS=({quoted}); "
                  f"COMP_CWORD={len(words) - 1}; COMPREPLY=(); _assay; "
                  'printf "%s\\n" "${COMPREPLY[@]}"')
        path = f"{self.root}/build/bin:{os.environ['PATH']}"
        run = subprocess.run(["bash", "-ec", script], env=self.copy.environment(PATH=path),
                             cwd=self.root, capture_output=True, text=True, timeout=30)
        self.assertEqual(run.stderr, "")
        return run.stdout.split()

    def test_offers_what_fits(self):
        self.assertEqual(self.complete("assay", "gra"), ["grade"])
        self.assertEqual(set(COMMANDS) - set(self.complete("assay", "")), set())
        self.assertEqual(self.complete("assay", "grade", "rate"), ["rate_limiter"])
        self.assertEqual(self.complete("assay", "grade", "rate_limiter", "--se"), ["--seed"])
        self.assertEqual(self.complete("assay", "start", "--lang", "py"), ["python"])
        self.assertIn("reference", self.complete("assay", "grade", "--solution", "ref"))
        self.assertEqual(self.complete("assay", "--color", "al"), ["always"])

    def test_for_another_shell_is_refused(self):
        self.refuse("completion", "tcsh", code=2, says="tcsh|bash")


if __name__ == "__main__":
    unittest.main()
