"""assay play, as a user runs it: from a pipe and on a terminal, with solutions that are right,
wrong, unwritten and crashing; and sessions that are kept, graded, replayed and judged again."""
import json
import os
import pty
import signal
import subprocess
import time
import unittest

import checkout

SESSION = "limiter capacity 2 every 100ms\nacquire alice 2\nacquire alice 1 @100ms\n"
CRASHES = """
#include "api.hpp"
namespace rate_limiter {
std::unique_ptr<Limiter> make_token_bucket(Policy, const kit::Clock&) {
  struct Crashing : Limiter {
    Decision acquire(std::string_view, std::int64_t cost) override {
      if (cost == 7) __builtin_trap();
      return {true, 0};
    }
  };
  return std::make_unique<Crashing>();
}
}
"""


class Play(checkout.CheckoutTest):
    def play(self, typed, *words):
        """What is said of these lines: an object with returncode, stdout and stderr."""
        return subprocess.run(self.copy.command("play", "rate_limiter", *words), input=typed,
                              env=self.copy.environment(), cwd=self.root, capture_output=True,
                              text=True, timeout=checkout.RUN_LIMIT_S)

    def mine(self, change=("", "")):
        """The reference's bucket as the learner's own, with a change."""
        text = (self.root / "reference/rate_limiter/solution.cpp").read_text()
        self.assertIn(change[0], text)
        self.copy.write("my/rate_limiter/solution.cpp", text.replace(*change))

    def test_says_what_each_call_got(self):
        run = self.play(SESSION + "acquire alice 1 +1ms\nshow\n", "--solution", "reference")
        self.assertEqual((run.stderr, run.returncode), ("", 0))
        self.assertIn('t = 100 ms   acquire("alice", 1) → admitted, 0 left', run.stdout)
        self.assertIn("denied, 0 left, retry after 99 ms", run.stdout)
        self.assertIn("tokens 2", run.stdout)
        self.assertNotIn("the model expected", run.stdout)

    def test_says_what_the_model_expected_where_that_differs(self):
        self.mine(("bucket.credit -= price;", ""))
        run = self.play(SESSION)
        self.assertEqual(run.returncode, 0)
        self.assertIn("admitted, 2 left\n  the model expected: admitted, 0 left", run.stdout)

    def test_takes_back(self):
        typed = "undo\nacquire alice 1 @50ms\n reset \nacquire alice 2\n{}\nnot read"
        for goodbye in ("quit", "exit"):
            self.takes_back(self.play(SESSION + typed.format(goodbye), "--solution", "reference"))

    def takes_back(self, run):
        self.assertEqual((run.stderr, run.returncode), ("", 0))
        self.assertIn("without: acquire alice 1 @100ms", run.stdout)
        self.assertIn('t = 50 ms   acquire("alice", 1) → denied', run.stdout)
        self.assertTrue(run.stdout.endswith('t = 0   acquire("alice", 2) → admitted, 0 left\n'))

    def test_answers_wrong_input_with_one_line_and_goes_on(self):
        for typed, says in (("acqire alice", "did you mean 'acquire'"), ("shwo", "'show'"),
                            ("keep", "needs a name"), ("keep ../../x", "a name has a-z"),
                            ("keep my test", "a name is one word: 'keep my_test'"),
                            ("quit now", "'quit' takes no words after it"),
                            ("exit 1", "'exit' takes no"), ("help me", "'help' takes no"),
                            ("undo it", "'undo' takes no"), ("show  all", "'show' takes no"),
                            ("keep early", "nothing to keep"), ("undo", "no call to undo"),
                            ("acquire a x", "whole number"), ("limiter 1", "a duration")):
            run = self.play(typed + "\nacquire bob 1\n", "--solution", "reference")
            self.assertRegex(run.stderr, rf"\Aassay: [^\n]*{says}[^\n]*\n\Z")
            self.assertIn('acquire("bob", 1) → admitted', run.stdout)
            self.assertEqual(run.returncode, 2)

    def test_survives_what_it_plays(self):
        run = self.play("acquire alice 1\n", "--solution", "stub")
        self.assertRegex(run.stdout, r"is not implemented: .*stub.cpp:\d+\n  that call is undone")
        file = self.copy.write("crashes.cpp", CRASHES)
        run = self.play("acquire alice 7\nacquire alice 1\n", "--solution", str(file))
        self.assertIn("crashed", run.stdout)
        self.assertIn('acquire("alice", 1) → admitted', run.stdout)

    def test_plays_any_program(self):
        run = self.play("acquire alice 1\n", "--exec", "python3 exercises/rate_limiter/stub.py")
        self.assertIn("TokenBucket.acquire is not implemented", run.stdout)

    def test_a_kept_session_is_graded_replayed_and_judged(self):
        self.mine()
        run = self.play(SESSION + "keep burst_and_back\nkeep burst_and_back\n")
        self.assertIn("kept as my/rate_limiter/kept/burst_and_back.txt", run.stdout)
        self.assertIn("is there already", run.stderr)
        kept = (self.root / "my/rate_limiter/kept/burst_and_back.txt").read_text()
        self.assertEqual(kept, "limiter capacity 2 every 100ms\nacquire alice 2 @0s\n"
                               "acquire alice 1 @100ms\n")
        text = self.run_well("grade", "rate_limiter", "--level", "1")
        self.assertRegex(text, r"✓ yours\.1 your kept session burst_and_back +no points")
        self.assertIn("20 / 20 points", text)

        self.mine(("price > bucket.credit", "price >= bucket.credit"))
        run = self.copy.run("grade", "rate_limiter", "--only", "yours.1", "--json")
        self.assertEqual(run.returncode, 1, run.stderr)
        check = json.loads(run.stdout)["checks"][0]
        self.assertEqual((check["id"], check["slug"], check["verdict"], check["max_points"]),
                         ("yours.1", "kept_burst_and_back", "fail", 0))
        self.assertIn("denied, but should be admitted", check["reason"])
        self.assertIn("the same answers", self.copy.run("replay", "last", "yours.1").stdout)
        self.assertEqual(self.copy.run("judge", "last").returncode, 1)

    def test_a_kept_session_holds_for_whatever_is_graded_at_its_level(self):
        self.copy.write("my/rate_limiter/kept/burst.txt", SESSION)
        stubs = "exercises/rate_limiter/stub"
        for words, mark in ((("--solution", "reference"), "✓"), (("--solution", "stub"), "✗"),
                            (("--exec", f"python3 {stubs}.py"), "✗"),
                            (("--solution", f"{stubs}_gateway.py"), "–")):
            text = self.copy.run("grade", "rate_limiter", "--level", "1", *words).stdout
            self.assertRegex(text, rf"{mark} yours\.1 your kept session burst", words)
            self.assertEqual(self.copy.run("judge", "last").stdout.count("kept session burst"),
                             text.count("kept session burst"))
        text = self.copy.run("grade", "rate_limiter", "--level", "2", "--solution", "stub").stdout
        self.assertNotIn("yours", text)

    def test_a_damaged_session_is_named_with_its_line(self):
        self.mine()
        for text, says in (("acquire alice 1\n", r"x\.txt:1: a session begins with its limiter"),
                           ("limiter 1 1s\nacquire a ?\n", r"x\.txt:2: a cost"),
                           ("limiter 1 1s\nlimiter 1 1s\n", r"x\.txt:2: .*one only"),
                           ("# nothing\n", r"x\.txt: has no operations")):
            self.copy.write("my/rate_limiter/kept/x.txt", text)
            self.refuse("grade", "rate_limiter", code=2, says=says)

    def on_terminal(self, typed):
        """What is written, and the exit code, when this is typed and play is asked no more."""
        ours, theirs = pty.openpty()
        process = subprocess.Popen(self.copy.command("play", "rate_limiter", "--solution",
                                                     "reference"), stdin=theirs, stdout=theirs,
                                   stderr=theirs, cwd=self.root, start_new_session=True,
                                   env=self.copy.environment(TERM="dumb"))
        os.close(theirs)
        written, sent = b"", False
        try:
            while step := os.read(ours, 65536):
                written += step
                if b"> " in written and not sent:
                    sent = True
                    if typed is None:
                        time.sleep(0.3)
                        process.send_signal(signal.SIGINT)
                    else:
                        os.write(ours, typed)
        except OSError:  # the terminal's other end is closed
            pass
        os.close(ours)
        return written.decode(), process.wait(checkout.RUN_LIMIT_S)

    def test_on_a_terminal_asks_and_ends_well(self):
        written, code = self.on_terminal(b"acquire alice 1\n\x04")
        self.assertIn("'help' lists", written)
        self.assertIn('acquire("alice", 1)', written)
        self.assertEqual(code, 0)
        written, code = self.on_terminal(None)
        self.assertIn("interrupted", written)
        self.assertEqual(code, 130)


if __name__ == "__main__":
    unittest.main()
