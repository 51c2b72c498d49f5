"""The page of a run, of a load and of a history, as a user asks for them; and all that can be wrong
with what is named, which ends in one line and writes nothing."""
import http.server
import json
import re
import subprocess
import threading
import unittest

import checkout

USAGE = 2
RESULT = re.compile(r'<script type="application/json" class="result">(.*?)</script>', re.DOTALL)


class Answers(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):  # noqa: N802, the name is http.server's
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, *_):
        pass


def results_in(page):
    return [json.loads(text) for text in RESULT.findall(page.read_text())]


class Report(checkout.CheckoutTest):
    def grade(self, code=1):
        self.run_well("grade", "rate_limiter", "--solution", "stub", "--level", 1, code=code)

    def refuse_report(self, *words, says):
        self.refuse("report", *words, code=USAGE, says=says)

    def test_of_one_run(self):
        self.grade()
        self.assertEqual(self.run_well("report", "last"), ".assay/runs/r-0001/report.html\n")
        page = self.root / ".assay/runs/r-0001/report.html"
        stored = json.loads((page.parent / "result.json").read_text())
        self.assertEqual(results_in(page), [stored])
        self.assertNotIn("Side by side", page.read_text())

    def test_of_two_runs(self):
        self.grade()
        self.run_well("grade", "rate_limiter", "--solution", "reference", "--level", 1)
        self.run_well("report", 1, "r-0002", "-o", "both.html")
        page = self.root / "both.html"
        self.assertEqual([result["run"] for result in results_in(page)], ["r-0001", "r-0002"])
        self.assertIn("Side by side", page.read_text())

    def test_of_a_grading(self):
        self.run_well("grade", "rate_limiter", "--solution", "stub", "--level", 1, "--html",
                      "page.html", code=1)
        self.assertEqual([result["run"] for result in results_in(self.root / "page.html")],
                         ["r-0001"])

    def test_of_runs_that_are_not_there(self):
        self.refuse_report(says="nothing has been graded yet")
        self.grade()
        for name in ("r-0002", "2", "no/such/folder", "../..", "a\nb\033[31m"):
            self.refuse_report(name, says="run|r-0002|no/such|result.json|a.nb")

    def test_of_more_runs_than_fit(self):
        self.grade()
        self.refuse_report(*5 * ["last"], says="at most 4 runs")

    def test_of_a_result_that_is_broken(self):
        self.grade()
        result = self.root / ".assay/runs/r-0001/result.json"
        whole = result.read_text()
        for broken in ("", "{", "[]", whole[:-20], whole.replace('"checks"', '"cheques"'),
                       whole.replace("assay-result/1", "assay-result/9")):
            result.write_text(broken)
            self.refuse_report("last", says="result")

    def test_into_what_is_no_file_of_ours(self):
        self.grade()
        for words in (("report", "last", "-o"),
                      ("grade", "rate_limiter", "--solution", "stub", "--level", 1, "--html")):
            self.refuse(*words, "no/such/page.html", code=USAGE, says="there is no folder no/such")
            self.refuse(*words, "exercises", code=USAGE, says="exercises is a folder")


class OtherPages(checkout.CheckoutTest):
    def run_engine(self, name, *words):
        program = checkout.PROGRAM.with_name(name)
        return subprocess.run([program, *map(str, words)], cwd=self.root, capture_output=True,
                              text=True, timeout=checkout.RUN_LIMIT_S)

    def test_of_a_load_at_several_rates(self):
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answers)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}/"
        try:
            run = self.run_engine("assay-load", url, "--rate", "20,40", "--duration", "500ms",
                                  "--warm-up", "0s", "--connections", 2, "--html", "load.html")
        finally:
            server.shutdown()
            server.server_close()
        self.assertEqual(run.returncode, 0, run.stderr)
        page = self.root / "load.html"
        self.assertEqual([len(result["steps"]) for result in results_in(page)], [2])
        self.assertIn("by the rate that is offered", page.read_text())

    def test_of_a_history(self):
        self.copy.write("history.jsonl", '{"process": 0, "type": "invoke", "f": "read"}\n'
                                         '{"process": 0, "type": "ok", "f": "read", "value": 7}\n')
        run = self.run_engine("assay-check", "history.jsonl", "--model", "register", "--html",
                              "history.html")
        self.assertEqual(run.returncode, 1, run.stderr)
        page = self.root / "history.html"
        self.assertEqual([result["verdict"] for result in results_in(page)], ["violated"])
        self.assertIn('class="lanes"', page.read_text())

    def test_into_a_folder_that_is_not_there(self):
        for engine, words in (("assay-load", ("http://127.0.0.1:9/",)),
                              ("assay-check", ("history.jsonl",))):
            run = self.run_engine(engine, *words, "--html", "no/such/page.html")
            self.assertEqual((run.returncode, run.stdout), (USAGE, ""))
            self.assertRegex(run.stderr, r"\Aassay: [^\n]*there is no folder no/such\n\Z")


if __name__ == "__main__":
    unittest.main()
