"""Rules for documentation: no dead link, no hidden page, no command that can't be run."""
import pathlib
import re

from findings import Finding

LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
QUOTED = (".cpp", ".hpp", ".toml")
FENCE = re.compile(r"^\s*```(\w*)")
TOOLS = {"./assay", ".ci/run", "git", "cd", "cmake", "ctest", "ninja", "apt-get", "sudo", "gdb",
         "python3", "clang-format", "diff", "less", "$EDITOR", "source", "assay"}
BUILT = "build/"
# What a page may count, and where that lies.
COUNTED = ((re.compile(r"\b(\d+) [^.,\d]*\(mutants\)"), "tests/*/mutants/*"),
           (re.compile(r"\b(\d+) [^.,\d]*\(variants\)"), "tests/*/variants/*"))


def check_documents(root, names):
    documents = [name for name in names if name.endswith(".md")]
    sources = [stripped((root / name).read_text(encoding="utf-8")) for name in names
               if name.endswith(QUOTED)]
    linked = set()
    for name in documents:
        text = (root / name).read_text(encoding="utf-8")
        for number, target in links_in(text):
            found = resolve(root, name, target)
            if isinstance(found, str):
                yield Finding(name, number, found)
            elif found != root / name:
                linked.add(str(found.relative_to(root)))
        yield from check_commands(name, text)
        yield from check_quotations(name, text, sources)
        yield from check_counts(root, name, text)
    for name in documents:
        if name.startswith("docs/") and name not in linked:
            yield Finding(name, 0, "no other page links to it")
    if "README.md" not in names:
        yield Finding("README.md", 0, "is missing")


def check_counts(root, name, text):
    for words, folders in COUNTED:
        there = sum(1 for _ in root.glob(folders))
        for counted in words.finditer(text):
            if int(counted[1]) != there:
                line = text.count("\n", 0, counted.start()) + 1
                yield Finding(name, line, f"counts {counted[1]} of {folders}, there are {there}")


def links_in(text):
    fenced = False
    for number, line in enumerate(text.split("\n"), 1):
        if FENCE.match(line):
            fenced = not fenced
        if not fenced and not line.startswith("    "):
            for target in LINK.findall(re.sub(r"`[^`]*`", "", line)):
                if not re.match(r"[a-z]+:", target):
                    yield number, target


def resolve(root, name, target):
    """The file that a relative link leads to, or what is wrong with it."""
    path, _, anchor = target.partition("#")
    file = (root / pathlib.PurePath(name).parent / path).resolve() if path else root / name
    if not file.exists() or root.resolve() not in (file, *file.parents):
        return f"a dead link: {target}"
    if anchor and file.suffix == ".md" and anchor not in anchors_of(file):
        return f"a link to a heading that is not there: {target}"
    return root / file.relative_to(root.resolve()) if path else file


def anchors_of(file):
    headings = re.findall(r"^#+ (.*)$", file.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def check_commands(name, text):
    language, continued = None, False
    for number, line in enumerate(text.split("\n"), 1):
        fence = FENCE.match(line)
        if fence:
            language = None if language is not None else fence.group(1)
            continue
        words = line.split()
        command = language == "sh" and words and not words[0].startswith("#") and not continued
        if command and words[0] not in TOOLS and not words[0].startswith(BUILT):
            yield Finding(name, number, f"a command that begins with no tool we know: {words[0]}")
        continued = line.endswith("\\")


def stripped(text):
    """Line by line, whatever the indentation."""
    return "\n" + "".join(line.strip() + "\n" for line in text.split("\n"))


def check_quotations(name, text, sources):
    """A block of code in a page is cut from a source, so that it can't be out of date."""
    blocks = re.finditer(r"^ *```(?:cpp|toml)\n(.*?)^ *```$", text, re.DOTALL | re.MULTILINE)
    for block in blocks:
        if not any(stripped(block[1].strip()) in source for source in sources):
            line = text.count("\n", 0, block.start()) + 1
            yield Finding(name, line, "this code is in no source: quote one")
