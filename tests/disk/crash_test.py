#!/usr/bin/env python3
"""Goal: `assay crash` tells programs that keep their promises from those that don't, names the call
that is missing, and says so when it can't judge. Method: programs whose answer is known, among them
SQLite and RocksDB in each of their ways to sync, in all modes; and its command line, used wrongly.
Arguments: the program, and the folder of the tests' programs."""
import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time
import unittest

PROGRAM = sys.argv.pop(1)
FOLDER = pathlib.Path(sys.argv.pop(1))
LINES = 12
ALL_MODES = ["drop-all", "torn", "reordered", "strict"]
NOTHING_LOST, LOST, WRONG_USAGE, UNDECIDED, INTERRUPTED = 0, 1, 2, 75, 130


class CrashCase(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.workload = pathlib.Path(self.folder.name, "workload")
        self.workload.write_text("".join(f"line-{i}\n" for i in range(1, LINES + 1)))

    def crash(self, command, audit, *options, acked="^ok (.*)", **named):
        words = [PROGRAM, "--exec", command, "--workload", str(self.workload), "--acked", acked,
                 "--audit", audit, *options]
        return subprocess.run(words, capture_output=True, text=True, timeout=300, check=False,
                              stdin=subprocess.DEVNULL, **named)

    def judge(self, name, how, *options, audit_by="audit"):
        program = FOLDER / name
        done = self.crash(f"{program} {how}", f"{program} {audit_by}", "--json", *options)
        self.assertIn(done.returncode, (NOTHING_LOST, LOST), done.stdout + done.stderr)
        return done.returncode, json.loads(done.stdout)

    def assert_keeps(self, name, how, modes=None, **named):
        options = ["--mode", ",".join(modes)] if modes else []
        code, result = self.judge(name, how, *options, **named)
        self.assertEqual(code, NOTHING_LOST, f"{name} {how}: {result}")
        self.assertGreater(result["acknowledged"], 0)
        self.assertEqual(result["verdict"], "nothing lost")

    def assert_loses(self, name, how, missing, mode="drop-all", **named):
        code, result = self.judge(name, how, "--mode", mode, **named)
        self.assertEqual(code, LOST, f"{name} {how}: {result}")
        self.assertIn(missing, result["loss"]["missing"], f"{name} {how}")
        return result


class Appending(CrashCase):
    def test_without_a_sync_loses(self):
        missing = "an fsync or fdatasync of data.log after the write"
        for name in ("append", "append_static"):
            for how in ("write", "printf"):
                result = self.assert_loses(name, how, missing)
                self.assertEqual(result["loss"]["workload"], ["line-1"])
                self.assertIn("of 7 bytes at 0 of data.log", result["loss"]["carried_by"])

    def test_with_any_kind_of_sync_keeps(self):
        for how in ("fsync", "fdatasync", "dsync", "sync", "thread", "child"):
            self.assert_keeps("append", how)

    def test_to_a_mapping_needs_an_msync(self):
        self.assert_keeps("append", "msync")
        self.assert_loses("append", "store", "an msync of data.log after the store")

    def test_to_a_new_file_needs_the_folder_where_that_is_strict(self):
        self.assert_loses("append", "fsync", "an fsync of the folder after the open", "strict")


class Replacing(CrashCase):
    def test_needs_the_folder_synced(self):
        for mode in ("drop-all", "strict"):
            self.assert_loses("replace", "", "an fsync of the folder after the rename", mode)
        self.assert_keeps("replace", "folder", ALL_MODES)


class Journals(CrashCase):
    def test_without_checksums_lose_by_torn_writes_only(self):
        self.assert_keeps("journal", "", ["drop-all"])
        self.assert_loses("journal", "", "a checksum", "torn")

    def test_with_checksums_keep(self):
        self.assert_keeps("journal", "checksum", audit_by="audit checksum")


@unittest.skipUnless((FOLDER / "crash_sqlite").exists(), "no SQLite here")
class Sqlite(CrashCase):
    def test_keeps_in_wal_with_full_and_with_a_journal_and_extra(self):
        for how in ("wal full", "delete extra"):
            self.assert_keeps("crash_sqlite", how, ALL_MODES)

    def test_loses_in_wal_with_normal(self):
        self.assert_loses("crash_sqlite", "wal normal", "an fsync or fdatasync of data.db-wal")

    # At most the last commit: the journal's removal is what commits, and the next one syncs it.
    def test_loses_the_last_commit_with_a_journal_and_full(self):
        result = self.assert_loses("crash_sqlite", "delete full",
                                   "an fsync of the folder after the unlink")
        self.assertIn("data.db-journal", result["loss"]["carried_by"])


@unittest.skipUnless((FOLDER / "crash_rocksdb").exists(), "no RocksDB here")
class RocksDb(CrashCase):
    def test_keeps_with_sync(self):
        self.workload.write_text("line-1\nline-2\nline-3\n")
        self.assert_keeps("crash_rocksdb", "sync", ALL_MODES)

    def test_loses_without(self):
        self.assert_loses("crash_rocksdb", "no", "an fsync or fdatasync of 000004.log")


class Failing(CrashCase):
    def test_syncs_that_nobody_looks_at_lose(self):
        program = FOLDER / "append"
        done = self.crash(f"{program} fsync", f"{program} audit", "--fail-sync", "3")
        self.assertEqual(done.returncode, LOST, done.stdout + done.stderr)
        self.assertIn("failed, and what it was for wasn't written again", done.stdout)


class WhatCannotBeJudged(CrashCase):
    def reason(self, *words, **named):
        done = self.crash(*words, **named)
        self.assertEqual(done.returncode, UNDECIDED, done.stdout + done.stderr)
        return done.stdout

    def test_is_a_program_that_promises_nothing(self):
        self.assertIn("no line that the program printed matches", self.reason("cat", "true",
                                                                              acked="^never"))
        self.assertIn("exited with 127", self.reason("/no/such/program", "true"))

    def test_is_an_audit_that_does_not_see_what_is_there(self):
        self.assertIn("doesn't print 'line-1' even where nothing was lost",
                      self.reason(f"{FOLDER}/append fsync", "echo none"))

    def test_is_a_program_that_writes_elsewhere(self):
        elsewhere = pathlib.Path(self.folder.name, "elsewhere")
        self.assertIn("outside of its folder",
                      self.reason(f"tee {elsewhere} | sed 's/^/ok /'", f"cat {elsewhere}"))


    def test_is_a_program_that_brings_files_from_elsewhere(self):
        place = pathlib.Path(self.folder.name, "moved")
        self.assertIn("comes from outside",
                      self.reason(f"cp /dev/stdin {place}; mv {place} data.log; "
                                  "sed 's/^/ok /' data.log", "cat data.log"))

    def test_is_a_file_that_is_too_large_to_look_at(self):
        self.assertIn("more than 1 GiB",
                      self.reason("truncate -s 1T huge; sed 's/^/ok /'", "cat huge.none"))


class OddPrograms(CrashCase):
    SYNCED = "echo $l | dd of=data.log oflag=append,dsync conv=notrunc status=none; echo ok $l"

    def test_that_wait_at_a_fifo_or_print_long_lines_are_judged(self):
        for before in ("mkfifo f; (cat f > /dev/null &); echo x > f; rm f",
                       "head -c 200000 /dev/zero | tr '\\0' a; echo"):
            done = self.crash(f"{before}; while read -r l; do {self.SYNCED}; done", "cat data.log")
            self.assertEqual(done.returncode, NOTHING_LOST, done.stdout + done.stderr)

    def test_whose_promise_is_an_empty_group_are_held_to_the_line(self):
        program = FOLDER / "append"
        done = self.crash(f"{program} write", "true", acked="^ok()")
        self.assertEqual(done.returncode, UNDECIDED, done.stdout)
        self.assertIn("doesn't print 'ok line-1'", done.stdout)


class Commands(CrashCase):
    def test_say_what_is_lost_and_what_is_missing(self):
        program = FOLDER / "append"
        done = self.crash(f"{program} write", f"{program} audit")
        self.assertEqual(done.returncode, LOST)
        for words in ("LOST: 'line-1' was acknowledged", "1 line of 12, which is enough",
                      "this carried it", "missing    an fsync or fdatasync of data.log",
                      "power is lost"):
            self.assertIn(words, done.stdout)

    def test_draw_it(self):
        picture = pathlib.Path(self.folder.name, "loss.svg")
        self.crash(f"{FOLDER}/append write", f"{FOLDER}/append audit", "--picture", str(picture))
        text = picture.read_text()
        self.assertTrue(text.startswith("<svg") and "data.log" in text and "</svg>" in text)

    def test_find_programs_from_where_they_are_called(self):
        done = self.crash("./append fsync", "./append audit", cwd=FOLDER)
        self.assertEqual(done.returncode, NOTHING_LOST, done.stdout + done.stderr)

    def test_refuse_what_they_cannot_use(self):
        program = f"{FOLDER}/append"
        for options, said in ((("--mode", "gentle"), "no mode gentle"),
                              (("--limit", "0"), "limit"), (("--nonsense",), "nonsense")):
            done = self.crash(program, program, *options)
            self.assertEqual(done.returncode, WRONG_USAGE)
            self.assertIn(said, done.stderr)
            self.assertEqual(len(done.stderr.splitlines()), 1)
        self.assertEqual(self.crash(program, program, acked="(").returncode, WRONG_USAGE)
        self.workload.write_text("")
        self.assertIn("has no lines", self.crash(program, program).stderr)

    def test_leave_nothing_when_interrupted(self):
        marker = f"1{os.getpid()}"
        started = subprocess.Popen(
            [PROGRAM, "--exec", f"sleep {marker}", "--workload", str(self.workload), "--acked", "x",
             "--audit", "true"], stderr=subprocess.PIPE, text=True,
            env={**os.environ, "TMPDIR": self.folder.name})
        deadline = time.monotonic() + 60
        while subprocess.run(["pgrep", "-f", f"^sleep {marker}"], check=False,
                             stdout=subprocess.DEVNULL).returncode != 0:
            self.assertLess(time.monotonic(), deadline, "the program never began")
            time.sleep(0.02)
        started.send_signal(signal.SIGINT)
        self.assertIn("interrupted", started.communicate(timeout=60)[1])
        self.assertEqual(started.returncode, INTERRUPTED)
        self.assertNotEqual(subprocess.run(["pgrep", "-f", f"^sleep {marker}"], check=False,
                                           stdout=subprocess.DEVNULL).returncode, 0)
        self.assertEqual([each for each in os.listdir(self.folder.name) if "assay" in each], [])


if __name__ == "__main__":
    unittest.main()
