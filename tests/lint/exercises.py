"""Holds every exercise to what every exercise has (CONTRIBUTING.md), as far as files and one
grading of the reference can tell. `draft = true` relaxes what grows."""
import re
import tomllib

from findings import Finding, lines_of

LEVEL_1_CHECKS_MAX = 5
LEVEL_1_CODE_LINES_MAX = 59
LEVELS_MIN = 4
POINTS = 100
MUTANTS_MIN = 10
VARIANTS_MIN = 2
DESIGN_WORDS_MIN = 3
TRADE_OFF_SENTENCES = 2

# With a star: at least one.
FILES = ("exercises/{}/README.md", "exercises/{}/api.hpp", "exercises/{}/stub.cpp",
         "reference/{}/solution.cpp", "reference/{}/DESIGN.md", "harness/graders/{}/*.cpp",
         "harness/host/{}/*.cpp", "tests/{}/*_test.cpp")
CONCERNS = ("reference", "harness/graders", "harness/host")
SHARED = ("harness/host/threads", "harness/host/http")  # by hosts of several exercises
# Verdicts that the reference may get; a timing may find the machine too noisy to tell.
FULL_MARKS = ("pass",)
FULL_MARKS_IF_TIMED = ("pass", "noisy")


def slugs_of(root):
    return sorted(manifest.parent.name for manifest in root.glob("exercises/*/exercise.toml"))


def check_exercises(root, grade):
    """`grade(slug)` grades the reference and returns the result as assay-result/1."""
    slugs = slugs_of(root)
    for concern in CONCERNS:
        for folder in sorted((root / concern).iterdir()):
            shared = f"{concern}/{folder.name}" in SHARED
            if folder.is_dir() and folder.name not in slugs and not shared:
                yield Finding(f"{concern}/{folder.name}", 0, "belongs to no exercise")
    for slug in slugs:
        yield from check_exercise(root, slug, grade(slug))


def check_exercise(root, slug, result):
    manifest_name = f"exercises/{slug}/exercise.toml"
    manifest = tomllib.loads((root / manifest_name).read_text(encoding="utf-8"))
    for pattern in FILES:
        if not any(root.glob(pattern.format(slug))):
            yield Finding(pattern.format(slug), 0, "is missing")
    checks = result["checks"]
    for check in checks:
        timed = check["category"] == "performance"
        if check["verdict"] not in (FULL_MARKS_IF_TIMED if timed else FULL_MARKS):
            yield Finding(f"reference/{slug}", 0, f"check {check['id']}: {check['verdict']}")
    yield from check_levels(root, manifest_name, manifest, checks)
    yield from check_tracks(manifest_name, manifest, checks)
    yield from check_protocols(root, manifest_name, manifest)
    yield from check_readme(root, slug, manifest, checks)
    yield from check_mutants(root, slug, {check["slug"] for check in checks})
    yield from check_designs(root, slug, manifest)
    if len(manifest["level"]) == 1:
        yield from check_size(root, slug)
    if not manifest.get("draft", False):
        yield from check_finished(root, slug, manifest_name, manifest)


def check_levels(root, name, manifest, checks):
    slugs = [check["slug"] for check in checks]
    for slug in sorted({slug for slug in slugs if slugs.count(slug) > 1}):
        yield Finding(name, 0, f"two checks are called {slug}")
    for number, level in enumerate(manifest["level"], 1):
        mine = [check for check in checks if check["level"] == level["number"]]
        if level["number"] != number:
            yield Finding(name, 0, f"level {level['number']} where {number} comes next")
        if sum(check["max_points"] for check in mine) != level["points"]:
            yield Finding(name, 0, f"level {number}: its checks do not add up to its points")
        if number == 1 and len(mine) > LEVEL_1_CHECKS_MAX:
            yield Finding(name, 0, f"level 1 has more than {LEVEL_1_CHECKS_MAX} checks")
        if not level.get("hints") or not all(hint.strip() for hint in level["hints"]):
            yield Finding(name, 0, f"level {number} has no hints, or an empty one")
        stub = "stub_" + level["python_file"] if "python_file" in level else "stub.py"
        offered = "python" in level.get("languages", [])
        if offered and not ((root / name).parent / stub).exists():
            yield Finding(name, 0, f"level {number} offers Python, but there is no {stub}")


def check_tracks(name, manifest, checks):
    slugs = {check["slug"] for check in checks}
    for track in manifest.get("track", []):
        for slug in track["checks"]:
            if slug not in slugs:
                yield Finding(name, 0,
                              f"track {track['name']} has a check that there isn't: {slug}")


def check_protocols(root, name, manifest):
    """A level's protocol has a heading in docs/protocols.md, and skeletons that can speak it."""
    headings = re.findall(r"(?m)^## (\w+)$",
                          (root / "docs" / "protocols.md").read_text(encoding="utf-8"))
    for level in manifest["level"]:
        if level["protocol"] not in headings:
            yield Finding(name, 0, f"docs/protocols.md says nothing of {level['protocol']}")
        if level["protocol"] == "threads" and level.get("languages") != ["c++"]:
            yield Finding(name, 0, f"level {level['number']}: threads are graded in C++ only")


def rows_of(lines):
    """Cells of each row of the tables, with the row's line."""
    for number, line in enumerate(lines, 1):
        if line.startswith("|") and not re.fullmatch(r"[|\s:-]+", line):
            yield number, [cell.strip() for cell in line.strip("|").split("|")]


def check_readme(root, slug, manifest, checks):
    name = f"exercises/{slug}/README.md"
    if not (root / name).exists():
        return
    levels, told = {}, {}
    for number, cells in rows_of(lines_of(root, name)):
        if re.fullmatch(r"\d+", cells[0]) and len(cells) == 4:
            levels[int(cells[0])] = (number, cells[1], cells[2], cells[3])
        if re.fullmatch(r"\d+\.\d+ \w+", cells[0]) and len(cells) == 3:
            told[cells[0]] = (number, cells[2])
    for level in manifest["level"]:
        row = levels.pop(level["number"], None)
        wanted = (level["title"], str(level["minutes"]), f"{level['points']:g}")
        if row is None or row[1:] != wanted:
            place = row[0] if row else 0
            yield Finding(name, place, f"the table of levels wants: {level['number']}, {wanted}")
    for check in checks:
        row = told.pop(f"{check['id']} {check['slug']}", None)
        points = f"{check['max_points']:g}"
        if row is None:
            yield Finding(name, 0, f"does not say what check {check['id']} {check['slug']} wants")
        elif row[1] != points:
            yield Finding(name, row[0], f"check {check['id']} is worth {points}, not {row[1]}")
    for check, (number, _) in told.items():
        yield Finding(name, number, f"there is no check {check}")
    for level, row in levels.items():
        yield Finding(name, row[0], f"there is no level {level}")


def check_mutants(root, slug, checks):
    for folder in sorted((root / "tests" / slug / "mutants").glob("*")):
        whole = folder / "mutant.toml"
        file = whole if whole.exists() else folder / "mutation.toml"
        name = str(file.relative_to(root))
        if not file.exists():
            yield Finding(name, 0, "is missing (and so is mutant.toml)")
            continue
        mutant = tomllib.loads(file.read_text(encoding="utf-8"))
        if mutant.get("check") not in checks:
            yield Finding(name, 0, f"names no check of {slug}: {mutant.get('check')}")
        if len(mutant.get("mistake", "").split()) < 3:
            yield Finding(name, 0, "does not name the mistake in a sentence")
        if file == whole and not (folder / "solution.cpp").exists():
            yield Finding(name, 0, "has no solution.cpp beside it")
        if file != whole:
            yield from check_mutation(root, slug, name, mutant)


def check_designs(root, slug, manifest):
    """What `assay compare` says of each variant, and of the reference at each level."""
    for folder in sorted((root / "tests" / slug / "variants").glob("*")):
        file = folder / "variant.toml"
        name = str(file.relative_to(root))
        if not file.exists():
            yield Finding(name, 0, "is missing")
            continue
        yield from check_design(name, tomllib.loads(file.read_text(encoding="utf-8")))
    file = root / "reference" / slug / "design.toml"
    if not file.exists():
        return
    name = str(file.relative_to(root))
    told = tomllib.loads(file.read_text(encoding="utf-8")).get("level", [])
    for level in told:
        yield from check_design(name, level)
        if not (file.parent / level.get("source", "")).is_file():
            yield Finding(name, 0, f"level {level.get('number')}: its source is not there")
    for level in manifest["level"]:
        if level["number"] not in [one.get("number") for one in told]:
            if not manifest.get("draft", False):
                yield Finding(name, 0, f"says nothing of level {level['number']}")


def check_design(name, table):
    if len(table.get("design", "").split()) < DESIGN_WORDS_MIN:
        yield Finding(name, 0, "does not say in a few words how it is built (design)")
    if len(re.findall(r"[.?!](?= |$)", table.get("trade_off", ""))) != TRADE_OFF_SENTENCES:
        yield Finding(name, 0, "does not say its trade-off in two sentences (trade_off)")


def check_mutation(root, slug, name, mutation):
    base = root / "reference" / slug
    if "of" in mutation:
        base = root / "tests" / slug / "variants" / mutation["of"]
    sources = "".join(path.read_text(encoding="utf-8") for path in sorted(base.glob("*.[ch]pp")))
    for edit in mutation.get("edit", [mutation]):
        if sources.count(edit.get("find", "")) != 1:
            yield Finding(name, 0, f'"find" is not there exactly once in {base.name}')


def code_lines(path):
    lines = [line.strip() for line in path.read_text(encoding="utf-8").split("\n")]
    return sum(1 for line in lines if line and not line.startswith("//"))


def check_size(root, slug):
    stub = code_lines(root / "exercises" / slug / "stub.cpp")
    reference = sum(code_lines(path) for path in (root / "reference" / slug).glob("*.[ch]pp"))
    if not stub < reference <= LEVEL_1_CODE_LINES_MAX:
        yield Finding(f"reference/{slug}", 0, f"lines of code: stub {stub}, reference {reference}; "
                      f"wanted: stub < reference <= {LEVEL_1_CODE_LINES_MAX}")


def check_finished(root, slug, name, manifest):
    tests = root / "tests" / slug
    for what, count, least in (
            ("levels", len(manifest["level"]), LEVELS_MIN),
            ("mutants", len(list(tests.glob("mutants/*"))), MUTANTS_MIN),
            ("variants", len(list(tests.glob("variants/*"))), VARIANTS_MIN)):
        if count < least:
            yield Finding(name, 0, f"{count} {what}; a finished exercise has at least {least}")
    if "interview" not in [track["name"] for track in manifest.get("track", [])]:
        yield Finding(name, 0, "a finished exercise has a track \"interview\"")
    for level in manifest["level"]:
        if not level.get("questions"):
            yield Finding(name, 0, f"level {level['number']} has no questions that come next")
    points = sum(level["points"] for level in manifest["level"])
    if points != POINTS:
        yield Finding(name, 0, f"{points:g} points; a finished exercise has {POINTS}")
