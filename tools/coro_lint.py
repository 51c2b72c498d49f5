#!/usr/bin/env python3
"""Finds statements in which co_await stands beside braces, a lambda or ?: . GCC 12 destroys such
temporaries twice, without a warning: name the value in a statement of its own.

    coro_lint.py [FILE...]      all sources of harness/ and tests/ otherwise; exits with 1 if it
                                finds any. What it can't see: an aggregate made with parentheses.
"""
import pathlib
import re
import sys

NOT_CODE = re.compile(
    r'R"(?P<mark>[^(\s]*)\(.*?\)(?P=mark)"|//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"'
    r"|(?<![0-9a-fA-F])'(?:\\.|[^'\\\n])+'|^[ \t]*#(?:\\\n|[^\n])*", re.DOTALL | re.MULTILINE)
AWAIT = re.compile(r"\bco_(?:await|yield)\b")
# Not an index (behind a value), an attribute ([[) or a structured binding (behind auto).
LAMBDA = re.compile(r"(?:^|[^\w\s)\]\[&]|\b(?:return|co_await|co_return|co_yield|case))\s*\[(?!\[)")
# What a block stands behind: a head in parentheses, a word, a label, a type that is returned, a
# scope. All other braces are values.
BLOCK = re.compile(
    r"(?:^|[):]|\b(?:else|do|try|const|override|final|noexcept|mutable)"
    r"|\)\s*(?:mutable\s*|const\s*|noexcept\s*)*->\s*[\w:<>,&*\s]+)$")
SCOPE = re.compile(r"^(?:template\s*<.*>\s*)?(?:inline\s+)?"
                   r"(?:namespace|class|struct|union|enum|extern)\b[^=(]*$", re.DOTALL)


def is_block(head, depth):
    if BLOCK.search(head) or (head.endswith("]") and LAMBDA.search(head)):
        return True
    return depth == 0 and (head.endswith("}") or SCOPE.match(head) is not None)


def statements(code):
    """(statement, where its characters are), without blocks: a lambda's body is left as {}."""
    outer, text, places, closers = [], [], [], []
    for place, character in enumerate(code):
        head = "".join(text).strip() if character == "{" else ""
        if character == "{" and is_block(head, len(closers)):
            if LAMBDA.search(head):  # the statement goes on behind the body
                outer.append((text + ["{"], places + [place], closers))
            else:
                yield text, places
                outer.append(([], [], []))
            text, places, closers = [], [], []
            continue
        if character == "}" and not closers:
            yield text, places
            text, places, closers = outer.pop() if outer else ([], [], [])
            if not text:
                continue
        elif character in "({":
            closers.append(character)
        elif character in ")}" and closers:
            closers.pop()
        text.append(character)
        places.append(place)
        if character == ";" and not closers:
            yield text, places
            text, places = [], []
    yield text, places


def findings_in(text):
    """(line, what stands beside co_await)"""
    code = NOT_CODE.sub(lambda found: re.sub(r"[^\n]", " ", found.group()), text)
    if not AWAIT.search(code):
        return
    for characters, places in statements(code):
        statement = "".join(characters)
        found = AWAIT.search(statement)
        if not found:
            continue
        beside = [name for name, there in (("a lambda", LAMBDA.search(statement)),
                                           ("braces", "{" in statement),
                                           ("?:", "?" in statement)) if there]
        if beside:
            yield code.count("\n", 0, places[found.start()]) + 1, beside[0]


def main():
    root = pathlib.Path(__file__).resolve().parents[1]
    files = [pathlib.Path(name) for name in sys.argv[1:]] or [
        path for folder in ("harness", "tests") for path in sorted((root / folder).rglob("*.?pp"))]
    count = 0
    for file in files:
        for line, beside in findings_in(file.read_text(encoding="utf-8")):
            print(f"{file}:{line}: {beside} in a statement with co_await: name it first")
            count += 1
    return 1 if count else 0


if __name__ == "__main__":
    sys.exit(main())
