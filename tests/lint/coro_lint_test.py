#!/usr/bin/env python3
"""The rule about co_await, held to statements that GCC 12 breaks, and to harmless ones that look
like them. Each stands in a function, as it would in a source."""
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tools"))
from coro_lint import findings_in  # noqa: E402

BROKEN = {
    "braces": [
        "co_await f(Request{a, b});", "co_await f({.name = x});", "co_await f({});",
        "P p{co_await a(), 1};", "co_return P{co_await a()};", "v.push_back(P{co_await a()});",
        "std::array<std::string, 2> x{co_await a(), s};", "if (co_await f(Request{a})) { g(); }",
        "while (co_await f({a})) g();", "auto x = co_await f(Request{a}) + 1;",
        "for (int i = 0; co_await f({i}); ++i) {\n}", "const auto y = X{\n    co_await a()\n};",
        "for (auto x : co_await f(R{a})) { g(x); }",
    ],
    "a lambda": [
        "co_await f([s] { return s; });", "co_await [s]() -> awaitable<int> { co_return 1; }();",
        "asio::post(co_await asio::this_coro::executor, [s] { g(s); });",
        "asio::co_spawn(co_await executor, [s]() -> awaitable<void> { co_return; }, done);",
        "auto x = co_await f([] {\n  g();\n}, 1);", "co_await f(a, [&](int i) mutable { g(i); });",
    ],
    "?:": [
        "auto x = c ? co_await a() : b;", "auto x = (co_await b()) ? s : t;",
        "co_return c ? co_await a() : co_await b();", "co_await f(c ? s : t);",
    ],
}

FINE = [
    "co_await f();", "Request r{a, b};\nco_await f(std::move(r));", "auto x = co_await f(a[i]);",
    "const auto [error, bytes] = co_await socket.async_read_some(buffer, use_tuple);",
    "auto& [a, b] = co_await f();", "if (co_await f()) {\n  g({1, 2});\n}",
    "if (x) {\n  co_await f();\n} else {\n  co_await g();\n}", "while (true) { co_await f(); }",
    "auto f = [s]() -> awaitable<void> { co_await g(); };\nco_await f();",
    "auto f = [s] { return s; };\nco_await g(f);", "for (;;) { co_await f(); }",
    "asio::co_spawn(e, [s]() -> awaitable<void> { co_await s->run(); }, done);",
    "asio::co_spawn(e, [&]() mutable -> awaitable<std::pair<int, int>> { co_await f(); }, d);",
    "try {\n  co_await f();\n} catch (...) {\n  x = {1};\n}", "const char* s = \"co_await f({})\";",
    "// co_await f({}) ? a : b\ng({});", "switch (x) {\n  case 1: {\n    co_await f();\n  }\n}",
    "x = c ? 1 : 2;\nco_await f();", "do { co_await f(); } while (c);",
    "char c = '{';\nco_await f();",
    "[[maybe_unused]] auto x = co_await f();", "co_await (a() || b());", "int x{1};\nco_await f();",
    "for (auto x : {1, 2}) co_await f(x);\n",
]

SOURCES = [
    "struct A {\n  awaitable<int> f() const { co_return co_await g(); }\n  int x{3};\n};\n",
    "struct A {\n  A() : x_{1} { start(); }\n  awaitable<int> f() override { co_await g(); }\n};\n",
    "template <class T>\nclass B : public C {\n public:\n  awaitable<T> f() { co_await g(); }\n};\n",
    "namespace a::b {\nauto f() -> awaitable<void> {\n  co_await g();\n}\n}\n",
]


def found(text):
    return [beside for _, beside in findings_in(text)]


class CoroutineRule(unittest.TestCase):
    def test_finds_what_breaks(self):
        for beside, statements in BROKEN.items():
            for statement in statements:
                text = "awaitable<void> run() {\n  " + statement + "\n}\n"
                self.assertEqual(found(text), [beside], statement)

    def test_leaves_alone_what_is_fine(self):
        for statement in FINE:
            text = "awaitable<void> run() {\n  " + statement + "\n}\n"
            self.assertEqual(found(text), [], statement)
        for text in SOURCES:
            self.assertEqual(found(text), [], text)

    def test_says_where(self):
        text = "awaitable<void> run() {\n  g();\n  h(1,\n    co_await f({}));\n}\n"
        self.assertEqual(list(findings_in(text)), [(4, "braces")])


if __name__ == "__main__":
    unittest.main()
