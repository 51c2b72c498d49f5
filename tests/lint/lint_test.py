#!/usr/bin/env python3
"""The linter is a judge too: a rule finds what it is for, and leaves alone what looks like it."""
import pathlib
import subprocess
import tempfile
import unittest

from documents import check_documents
from exercises import (check_designs, check_mutants, check_protocols, check_readme,
                       check_tracks)
from findings import files_of
from sources import FUNCTION_LINES_MAX, check_lengths, check_text, cpp_functions
from towers import check_link

HEADER = "// What it is for.\n#pragma once\n"


def messages(findings):
    return [f"{finding.line}: {finding.message}" for finding in findings]


class Folder(unittest.TestCase):
    def setUp(self):
        self.root = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))

    def write(self, name, text):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


class Sources(unittest.TestCase):
    def assert_found(self, text, message, kind=".cpp"):
        found = messages(check_text("a" + kind, kind, text))
        self.assertEqual(len(found), 1, found)
        self.assertIn(message, found[0])

    def test_finds_each_untidiness(self):
        for text, message in (("int a;\n\tint b;\n", "2: a tab"), ("int a; \n", "1: space at"),
                              ("int a;", "1: no newline"), ("int a;\n\n", "an empty line"),
                              ("int " + "a" * 100 + ";\n", "105 columns"),
                              ('#include "..' + '/a.hpp"\n', "climbs"),
                              ("using namespace " + "std;\n", "all of std"),
                              ("// TO" + "DO: more\n", "unfinished"),
                              ("co_spawn(x, asio::" + "detached);\n", "nobody waits"),
                              ('open("/ho' + 'me/me/a");\n', "one machine")):
            self.assert_found(text, message)
        self.assert_found("#pragma once\n", "what it is for", ".hpp")
        self.assert_found("// What it is for.\nint a;\n", "#pragma once", ".hpp")

    def test_leaves_alone_what_is_fine(self):
        for text in ('#include "a.hpp"\n', 'make("/tmp/assay-XXXXXX");\n',
                     'look_at("/proc/self/root/a");\n', "// one column: " + "é" * 80 + "\n",
                     '    "' + "=" * 150 + '",\n', ""):
            self.assertEqual(messages(check_text("a.cpp", ".cpp", text)), [])
        self.assertEqual(messages(check_text("a.hpp", ".hpp", HEADER)), [])
        self.assertEqual(messages(check_text("a.md", ".md", "word " * 40 + "word\n")), [])

    def test_measures_functions(self):
        body = "  f();\n" * FUNCTION_LINES_MAX
        for text in ("void g() {\n" + body + "}\n",
                     "template <class T>\nvoid g() {\n" + body + "}\n",
                     "class A {\n  A() : a_{1}, b_(2) {\n" + body + "  }\n};\n",
                     "namespace n {\nconst auto g = [] {\n" + body + "};\n}\n"):
            found = messages(check_lengths("harness/a.cpp", ".cpp", text))
            self.assertEqual(len(found), 1, text[:40])
            self.assertIn("a function of", found[0])

    def test_measures_nothing_but_functions(self):
        table = "  {1, \"a\"},\n" * 80
        for text in ("class A {\n" + "  int f();\n" * 80 + "};\n",
                     "const int t[] = {\n" + table + "};\n",
                     "namespace a {\n" + "void f() { g(); }\n" * 80 + "}\n",
                     'const char* s = "{";\n' + "void f() { g('{', 1'000); }\n" * 80,
                     'const char* s = R"({)";\n' + "void f() { /* { */ g(); }\n" * 80,
                     "enum class E : int {\n" + "  a,\n" * 80 + "};\n"):
            self.assertEqual(messages(check_lengths("harness/a.cpp", ".cpp", text)), [], text[:40])
        self.assertEqual(list(cpp_functions("int a;\nint f() {\n  return a;\n}\n")), [(2, 4)])


class Documents(Folder):
    def found(self):
        names = files_of(self.root)
        return [str(finding) for finding in check_documents(self.root, names)]

    def test_finds_dead_links_and_hidden_pages(self):
        self.write("README.md", "[a](docs/a.md) [b](docs/gone.md)\n[c](docs/a.md#nowhere)\n")
        self.write("docs/a.md", "# The page\n[up](../README.md) [here](#the-page)\n")
        self.write("docs/b.md", "nobody comes here\n")
        self.assertEqual(self.found(), [
            "README.md:1: a dead link: docs/gone.md",
            "README.md:2: a link to a heading that is not there: docs/a.md#nowhere",
            "docs/b.md: no other page links to it"])

    def test_finds_code_that_is_in_no_source(self):
        self.write("a.cpp", "int f() {\n  return 1;\n}\n")
        self.write("README.md", "```cpp\n  return 1;\n}\n```\n```cpp\nreturn 2;\n```\n")
        self.assertEqual(self.found(), ["README.md:5: this code is in no source: quote one"])

    def test_finds_commands_of_unknown_tools(self):
        self.write("README.md", "```sh\n# why\n./assay list\ncmake \\\n  --preset asan\nsl -l\n"
                   "```\n```\nsl\n```\n")
        self.assertEqual(len(self.found()), 1)
        self.assertIn("README.md:6", self.found()[0])

    def test_counts_again_what_a_page_counts(self):
        self.write("tests/x/mutants/one/mutation.toml", "")
        self.write("README.md", "each of 1 mistakes (mutants) is caught,\nand 2 more (variants)\n")
        self.assertEqual(self.found(), [
            "README.md:2: counts 2 of tests/*/variants/*, there are 0"])


class Exercises(Folder):
    check = {"id": "1.1", "slug": "sum", "level": 1, "max_points": 6, "verdict": "pass"}
    level = {"number": 1, "title": "Count", "minutes": 20, "points": 6}

    def test_holds_the_readme_to_the_checks(self):
        rows = ("| level | | minutes | points |\n| --- | --- | --- | --- |\n"
                "| 1 | Count | 20 | {} |\n\n| check | wants | points |\n| --- | --- | --- |\n| {} | sums | {} |\n")
        for values, wrong in (((6, "1.1 sum", 6), 0), ((7, "1.1 sum", 6), 1),
                              ((6, "1.1 sum", 5), 1), ((6, "1.2 sum", 6), 2)):
            self.write("exercises/x/README.md", rows.format(*values))
            found = list(check_readme(self.root, "x", {"level": [self.level]}, [self.check]))
            self.assertEqual(len(found), wrong, messages(found))

    def test_holds_tracks_to_the_checks(self):
        manifest = {"track": [{"name": "interview", "checks": ["refill", "reflil"]}]}
        found = list(check_tracks("exercise.toml", manifest, [{"slug": "refill"}]))
        self.assertEqual(["track interview has a check that there isn't: reflil"],
                         [finding.message for finding in found])

    def test_holds_levels_to_the_protocols(self):
        self.write("docs/protocols.md", "# Protocols\n\n## script\n\n## threads\n")
        for protocol, languages, wrong in (
                ("script", ["c++", "python"], 0), ("threads", ["c++"], 0),
                ("threads", ["c++", "python"], 1), ("smoke", [], 1)):
            level = {**self.level, "protocol": protocol, "languages": languages}
            found = list(check_protocols(self.root, "exercise.toml", {"level": [level]}))
            self.assertEqual(len(found), wrong, messages(found))

    def test_holds_mutants_to_the_reference(self):
        mutation = 'mistake = "a sum is lost"\ncheck = "sum"\nfind = "+="\nreplace = "="\n'
        self.write("reference/x/solution.cpp", "a += b;\n")
        for text, wrong in ((mutation, 0), (mutation.replace('"sum"', '"gone"'), 1),
                            (mutation.replace('"+="', '"-="'), 1),
                            (mutation.replace("is lost", ""), 1)):
            self.write("tests/x/mutants/m/mutation.toml", text)
            found = list(check_mutants(self.root, "x", {"sum"}))
            self.assertEqual(len(found), wrong, messages(found))


    def test_holds_designs_to_their_texts(self):
        two = "design = 'a map of buckets'\ntrade_off = 'Plain. Slow.'\n"
        for text, count in ((two, 0), ("levels = [1]\n", 2), (two.replace("Slow.", ""), 1),
                            (two.replace("a map of", ""), 1)):
            self.write("tests/x/variants/v/variant.toml", text)
            found = list(check_designs(self.root, "x", {"level": []}))
            self.assertEqual(len(found), count, text)
        self.write("tests/x/variants/v/variant.toml", two)
        self.write("tests/x/variants/w/solution.cpp", "")
        self.write("reference/x/design.toml", "[[level]]\nnumber = 1\nsource = 'a.cpp'\n" + two)
        found = messages(check_designs(self.root, "x", {"level": [{"number": 1}, {"number": 2}]}))
        self.assertEqual(found, ["0: is missing", "0: level 1: its source is not there",
                                 "0: says nothing of level 2"])


class Towers(Folder):
    def link(self, more):
        self.write("subject.cpp", "namespace assay::host { int serve() { return 0; } }\n" + more
                   + "int main() { return assay::host::serve(); }\n")
        subject = self.root / "subject"
        subprocess.run(["g++", "-o", subject, self.root / "subject.cpp"], check=True)
        return list(check_link("x", subject))

    def test_finds_the_grader_in_a_subject(self):
        self.assertEqual(self.link("namespace assay::base { int split() { return 0; } }\n"), [])
        found = self.link("namespace assay::check { int judge() { return 0; } }\n")
        self.assertEqual(len(found), 1)
        self.assertIn("assay::check::judge()", found[0].message)


if __name__ == "__main__":
    unittest.main()
