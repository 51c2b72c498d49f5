// Goal: what `compare` says of designs is what their authors wrote, and lines are counted as a
// reader would. Method: a checkout of a few files.
#include "grade/designs.hpp"

#include <unistd.h>

#include <filesystem>
#include <stdexcept>

#include <gtest/gtest.h>

#include "proc/files.hpp"

namespace assay::grade {
namespace {

namespace fs = std::filesystem;

class DesignsTest : public testing::Test {
 protected:
  DesignsTest()
      : root_(fs::temp_directory_path() / ("assay-designs-" + std::to_string(::getpid()))) {
    exercise_.slug = "x";
    write("reference/x/design.toml",
          "[[level]]\nnumber = 1\nsource = \"a.cpp\"\ndesign = \"one\"\ntrade_off = \"two\"\n");
  }
  ~DesignsTest() override { fs::remove_all(root_); }

  void write(const std::string& name, const std::string& text) const {
    fs::create_directories((root_ / name).parent_path());
    proc::write_atomically(root_ / name, text);
  }

  fs::path root_;
  Exercise exercise_;
};

TEST_F(DesignsTest, AreTheReferencesAndTheVariantsOfTheLevel) {
  write("tests/x/variants/b/variant.toml", "levels = [1, 2]\ndesign = \"d\"\ntrade_off = \"t\"\n");
  write("tests/x/variants/a/variant.toml", "levels = [1]\ndesign = \"d\"\ntrade_off = \"t\"\n");
  write("tests/x/variants/c/variant.toml", "levels = [2]\ndesign = \"d\"\ntrade_off = \"t\"\n");
  const auto found = designs_of(root_, exercise_, 1);
  EXPECT_EQ(found.source, "a.cpp");
  ASSERT_EQ(found.designs.size(), 3U);
  EXPECT_EQ(found.designs[0].design, "one");
  EXPECT_EQ(found.designs[1].name, "a");
  EXPECT_EQ(found.designs[2].name, "b");
  EXPECT_EQ(designs_of(root_, exercise_, 2).designs[0].design, "");
}

TEST_F(DesignsTest, WithoutTheirTextsAreRefused) {
  write("tests/x/variants/a/variant.toml", "levels = [1]\ndesign = \"d\"\n");
  EXPECT_THROW(designs_of(root_, exercise_, 1), std::runtime_error);
  write("tests/x/variants/a/variant.toml", "levels = [1\n");
  EXPECT_THROW(designs_of(root_, exercise_, 1), std::runtime_error);
}

TEST(CodeLines, AreThoseOfTheLevelsOwnFileAndOfWhatItIncludes) {
  Solution solution;
  solution.sources = {
      {"a.cpp",
       "// Why.\n#include \"a.hpp\"\n#include <map>\n\nint a() {\n  // b\n  return 1;\n}\n"},
      {"a.hpp", "/* long\n   comment */\nint a();\n"},
      {"b.cpp", "int b() { return 2; }\n"}};
  EXPECT_EQ(code_lines(solution, "a.cpp"), 6);
  EXPECT_EQ(code_lines(solution, "b.cpp"), 1);
  EXPECT_EQ(code_lines(solution, "c.cpp"), 7) << "all, where no file is the level's own";
}

TEST_F(DesignsTest, LinesOfPythonAreCountedToo) {
  write("solution.py", "# Why.\n\nimport sys\n\nprint(1)  # more\n");
  Solution solution;
  solution.files = {{"solution.py", root_ / "solution.py"}};
  EXPECT_EQ(code_lines(solution, "a.cpp"), 2);
}

}  // namespace
}  // namespace assay::grade
