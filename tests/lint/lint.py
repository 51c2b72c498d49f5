#!/usr/bin/env python3
"""Holds the checkout to its own rules (docs/style.md, CONTRIBUTING.md): prints findings as
file:line: what is wrong, and exits with 1 if there are any.

    lint.py [CHECKOUT]      ASSAY_PROGRAM names the built program, build/bin/assay otherwise
"""
import json
import os
import pathlib
import subprocess
import sys
import tempfile

from documents import check_documents
from exercises import check_exercises, slugs_of
from findings import Finding, files_of
from sources import check_sources
from towers import check_includes, check_link

GRADING_LIMIT_S = 300


class Gradings:
    """Gradings in a folder of their own: the runs of whoever works here stay as they are."""

    def __init__(self, root, program):
        self._program = program
        self._folder = tempfile.TemporaryDirectory(prefix="assay-lint-")
        self.root = pathlib.Path(self._folder.name)
        for name in ("exercises", "reference"):
            (self.root / name).symlink_to(root / name)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._folder.cleanup()

    def run(self, slug, solution):
        return subprocess.run(
            [self._program, "grade", slug, "--solution", solution, "--json"], text=True,
            env={**os.environ, "ASSAY_ROOT": str(self.root)}, capture_output=True,
            stdin=subprocess.DEVNULL, cwd=self.root, timeout=GRADING_LIMIT_S)

    def of_reference(self, slug):
        run = self.run(slug, "reference")
        if not run.stdout:
            raise SystemExit(f"lint: grading the reference of {slug}: {run.stderr}")
        return json.loads(run.stdout)

    def programs(self):
        """Every program that was linked, with its exercise: the cache has objects as well."""
        for recipe in sorted((self.root / ".assay" / "subjects").glob("*/recipe")):
            folder, command = recipe.read_bytes().split(b"\n", 2)[:2]
            if command.startswith(b"g++ -o subject "):
                yield pathlib.Path(os.fsdecode(folder)).name, recipe.with_name("product")

    def check_solution_sees_no_grader(self, slug):
        """A solution that includes the grader does not build, and for that reason."""
        source = self.root / "solution.cpp"
        reference = (self.root / "reference" / slug / "solution.cpp").read_text(encoding="utf-8")
        for header in ("grade/check.hpp", "check/history.hpp", "host/script.hpp"):
            source.write_text(f'#include "{header}"\n{reference}', encoding="utf-8")
            run = self.run(slug, str(source))
            if run.returncode != 3 or "No such file or directory" not in run.stderr:
                yield Finding(f"exercises/{slug}", 0, f"a solution can include {header}")


def check_all(root, program):
    names = files_of(root)
    yield from check_sources(root, names)
    yield from check_documents(root, names)
    with Gradings(root, program) as gradings:
        results = {slug: gradings.of_reference(slug) for slug in slugs_of(root)}
        yield from check_exercises(root, results.get)
        programs = list(gradings.programs())
        for slug in set(slugs_of(root)) - {slug for slug, _ in programs}:
            yield Finding(f"reference/{slug}", 0, "no program of it was found")
        for slug, program_of_reference in programs:
            yield from check_link(slug, program_of_reference)
        for slug in slugs_of(root):
            yield from gradings.check_solution_sees_no_grader(slug)
    yield from check_includes(root, program.parent.parent, slugs_of(root))


def main():
    own = pathlib.Path(__file__).resolve().parents[2]
    root = pathlib.Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else own
    program = pathlib.Path(os.environ.get("ASSAY_PROGRAM", root / "build" / "bin" / "assay"))
    if not program.exists():
        raise SystemExit(f"lint: {program} is not built: run ./assay test lint")
    findings = list(check_all(root, program.resolve()))
    for finding in findings:
        print(finding)
    print(f"{len(findings)} findings in {len(files_of(root))} files")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
