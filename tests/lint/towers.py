"""The two towers stay apart: nothing of the grader is linked into a subject, and an include that
crosses from one to the other, goes up, or goes from one grader to another does not compile."""
import json
import pathlib
import re
import shlex
import subprocess
import tempfile

from findings import Finding

GRADERS_TOWER = re.compile(r"\bassay::(cli|graders|report|grade|check|load|fault|proc)::")
HOSTS = re.compile(r"\bassay::host::")
INCLUDED = re.compile(r'^#include "(.*)"$', re.MULTILINE)
COMPILE_LIMIT_S = 60


def check_link(slug, subject):
    """`subject` is the reference, linked with its host."""
    symbols = subprocess.run(["nm", "-C", subject], capture_output=True, check=True,
                             text=True).stdout.splitlines()
    if not any(HOSTS.search(symbol) for symbol in symbols):
        yield Finding(f"harness/host/{slug}", 0, "its host is not in the subject: nothing was seen")
    for symbol in symbols:
        if GRADERS_TOWER.search(symbol):
            yield Finding(f"harness/host/{slug}", 0, f"is the grader's: {symbol[:200]}")


def compiled_as(file):
    """The sources that a translation unit is made of: itself, or several that it includes."""
    together = "Unity" in file.parts
    return map(pathlib.Path, INCLUDED.findall(file.read_text())) if together else [file]


def command_for(build, folder):
    """How the build compiles a source of a folder, without the source and its outputs."""
    for entry in json.loads((build / "compile_commands.json").read_text()):
        if any(source.parent == folder for source in compiled_as(pathlib.Path(entry["file"]))):
            words = shlex.split(entry["command"])
            for option in ("-o", "-MF", "-MT", "-c"):
                while option in words:
                    del words[words.index(option):words.index(option) + 2]
            return [word for word in words if word not in ("-MD", "-MMD")]
    raise SystemExit(f"lint: {build}/compile_commands.json has nothing of {folder}")


def compiles(command, header):
    with tempfile.TemporaryDirectory(prefix="assay-lint-") as folder:
        source = pathlib.Path(folder, "includes.cpp")
        source.write_text(f'#include "{header}"\n')
        run = subprocess.run([*command, "-fsyntax-only", "-w", source], capture_output=True,
                             text=True, timeout=COMPILE_LIMIT_S)
    if run.returncode and "No such file or directory" not in run.stderr:
        raise SystemExit(f"lint: including {header} fails for another reason:\n{run.stderr}")
    return run.returncode == 0


def check_includes(root, build, slugs):
    # A part, a header that it may include (so that a wrong command shows), and those it may not.
    rules = [("grade", "grade/runner.hpp", ["report/json.hpp", "cli/context.hpp"]),
             ("report", "grade/scorecard.hpp", ["cli/context.hpp", "graders/registry.hpp"])]
    headers = {slug: sorted((root / "harness" / "graders" / slug).glob("*.hpp")) for slug in slugs}
    for slug in slugs:
        own, others = [], []
        for other in slugs:
            names = [f"graders/{other}/{path.name}" for path in headers[other][:1]]
            (own if other == slug else others).extend(names)
        rules.append((f"host/{slug}", "host/script.hpp",
                      ["grade/check.hpp", "check/history.hpp", "proc/cell.hpp", *own]))
        rules.append((f"graders/{slug}", "grade/check.hpp", ["cli/context.hpp", *others]))
        rules.append(("grade", "grade/runner.hpp", own))
    for part, allowed, forbidden in rules:
        folder = root / "harness" / part
        command = command_for(build, folder)
        if not compiles(command, allowed):
            yield Finding(f"harness/{part}", 0, f"can't include {allowed}, which it may")
        for header in forbidden:
            if not (root / "harness" / header).exists():
                continue
            if compiles(command, header):
                yield Finding(f"harness/{part}", 0, f"can include {header}, which it may not")
