"""Tidy rules for every source file: what a reader would otherwise have to point out in a review."""
import ast
import pathlib
import re
import sys

from findings import Finding, plain_name

sys.path.append(str(pathlib.Path(__file__).resolve().parents[2] / "tools"))
from coro_lint import findings_in  # noqa: E402

COLUMNS_MAX = 100
FILE_LINES_MAX = 400
FUNCTION_LINES_MAX = 60

CODE = {".cpp", ".hpp", ".h", ".py", ".sh", ".cmake"}
TEXT = CODE | {".md", ".toml", ".json", ".txt", ".in"}
SCRIPTS = {"assay", "run", ".clang-format", ".clang-tidy", ".gitignore", "LICENSE"}
MEASURED = ("harness/", "exercises/", "reference/")

# Brackets keep these patterns from finding themselves.
BANNED = [
    (r'#include "\.[.]/', 'an include that climbs with "..": include from a root of the build'),
    (r"\busing namespac[e] std\b", "all of std in one scope"),
    (r"\b(T[O]DO|F[I]XME|X[X]X)\b", "unfinished business: finish it, or open an issue"),
    (r"\basio::detache[d]\b", "a coroutine that nobody waits for"),
    (r"(?<![\w/}])/(work|home|root)/\w", "a path of one machine"),
]


def is_data(name):
    return "/data/" in name or "/corpus/" in name


def kind_of(name):
    path = pathlib.PurePath(plain_name(name))
    if path.name == "CMakeLists.txt":
        return ".cmake"
    return path.suffix if path.suffix in TEXT else ".sh" if path.name in SCRIPTS else ""


def check_sources(root, names):
    for name in names:
        kind = kind_of(name)
        if not kind or is_data(name):
            continue
        text = (root / name).read_text(encoding="utf-8")
        yield from check_text(name, kind, text)
        if kind in CODE and name.startswith(MEASURED):
            yield from check_lengths(name, kind, text)
        if kind in {".cpp", ".hpp"} and name.startswith(("harness/", "tests/")):
            for line, beside in findings_in(text):
                yield Finding(name, line, f"{beside} beside co_await: name it first")


def check_text(name, kind, text):
    if text and not text.endswith("\n"):
        yield Finding(name, text.count("\n") + 1, "no newline at the end")
    if text.endswith("\n\n"):
        yield Finding(name, text.count("\n"), "an empty line at the end")
    for number, line in enumerate(text.split("\n"), 1):
        if "\t" in line:
            yield Finding(name, number, "a tab")
        if line != line.rstrip():
            yield Finding(name, number, "space at the end of the line")
        if kind in CODE and len(line) > COLUMNS_MAX and not is_literal(line):
            yield Finding(name, number, f"{len(line)} columns, more than {COLUMNS_MAX}")
        if kind in CODE or kind == ".md":
            for pattern, message in BANNED:
                if re.search(pattern, line):
                    yield Finding(name, number, message)
    if kind in {".hpp", ".h"}:
        yield from check_header(name, text)


def is_literal(line):
    """A line that is one string and can't be broken: a picture that a test expects."""
    return re.fullmatch(r'\s*"[^"]*"[,;)]*', line) is not None


def check_header(name, text):
    if not text.startswith("//"):
        yield Finding(name, 1, "a header opens with what it is for")
    code = [line for line in text.split("\n") if line and not line.startswith("//")]
    if not code or code[0] != "#pragma once":
        yield Finding(name, 1, "no #pragma once before everything else")


def check_lengths(name, kind, text):
    count = text.count("\n")
    if count > FILE_LINES_MAX:
        yield Finding(name, 0, f"{count} lines, more than {FILE_LINES_MAX}")
    functions = {".py": python_functions, ".sh": shell_functions}.get(kind, cpp_functions)
    for first, last in functions(text) if kind != ".cmake" else []:
        if last - first + 1 > FUNCTION_LINES_MAX:
            length = last - first + 1
            yield Finding(name, first, f"a function of {length} lines, not {FUNCTION_LINES_MAX}")


def python_functions(text):
    return [(node.lineno, node.end_lineno) for node in ast.walk(ast.parse(text))
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))]


def shell_functions(text):
    first = 0
    for number, line in enumerate(text.split("\n"), 1):
        if re.match(r"\w+\(\) \{", line):
            first = number
        elif line == "}" and first:
            yield first, number
            first = 0


NOT_CODE = re.compile(
    r'R"(?P<mark>[^(\s]*)\(.*?\)(?P=mark)"'   # raw strings
    r"|//[^\n]*|/\*.*?\*/"                      # comments
    r'|"(?:\\.|[^"\\\n])*"'                     # strings
    r"|(?<![0-9a-fA-F])'(?:\\.|[^'\\\n])+'"     # characters, but not the marks in 1'000
    r"|^[ \t]*#(?:\\\n|[^\n])*",                # preprocessor
    re.DOTALL | re.MULTILINE)
SCOPE = re.compile(r"^(inline\s+)?(namespace|class|struct|union|enum|extern)\b")


def without_literals(text):
    """The code alone, on the same lines."""
    return NOT_CODE.sub(lambda found: "\n" * found.group().count("\n"), text)


def without_template(head):
    """Without `template <...>` in front, whose parameters may be named class."""
    while head.startswith("template"):
        depth, end = 0, head.find("<")
        for end in range(end, len(head)):
            depth += {"<": 1, ">": -1}.get(head[end], 0)
            if depth == 0:
                break
        head = head[end + 1:].lstrip()
    return head


def cpp_functions(text):
    """Blocks with code directly in a namespace or class: (first line of the head, last line)."""
    code = without_literals(text)
    stack, head_start = [], 0
    for position, character in enumerate(code):
        inside = bool(stack) and stack[-1] is not None
        if character == "{":
            head = code[head_start:position].strip()
            scope = SCOPE.match(without_template(head)) and not head.endswith(")")
            if inside or not scope:
                blank = len(code[head_start:position]) - len(code[head_start:position].lstrip())
                stack.append(stack[-1] if inside else (head_start + blank, bool(head)))
            else:
                stack.append(None)  # a scope: functions lie in it
        elif character == "}" and stack:
            start = stack.pop()
            outermost = start is not None and (not stack or stack[-1] is None)
            if outermost and is_code(code, start[0], position):
                yield code.count("\n", 0, start[0]) + 1, code.count("\n", 0, position) + 1
        if character in "{};" and not (stack and stack[-1] is not None):
            head_start = position + 1


def is_code(code, start, end):
    """Not a table of values: code has statements."""
    return ";" in code[start:end]
