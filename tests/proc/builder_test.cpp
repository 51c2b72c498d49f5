// The builder, on a checkout of its own with an exercise of one header: what an edit costs is seen
// in the cache, and where code lies in the program that it makes.
#include "proc/builder.hpp"

#include <cstdio>
#include <fstream>

#include <gtest/gtest.h>

#include "proc/code_places.hpp"
#include "proc/files.hpp"

namespace assay::proc {
namespace {

namespace fs = std::filesystem;
using Sources = std::map<std::string, std::string>;

class BuilderTest : public testing::Test {
 protected:
  void SetUp() override {
    fs::create_directories(root_ / "exercises" / "tiny");
    fs::create_directories(root_ / "exercises" / "kit");
    fs::create_directories(root_ / "build" / "lib");
    std::ofstream(root_ / "exercises" / "tiny" / "api.hpp") << "int answer();\n";
    std::ofstream(root_ / "build" / "lib" / "libhost_tiny.a") << "!<arch>\n";  // of nothing
  }

  void TearDown() override { fs::remove_all(root_); }

  Build build(Flavour flavour = Flavour::plain) {
    Builder builder(root_, root_ / "build");
    return builder.build({"tiny", sources_, "my/tiny", flavour}, [] {});
  }

  // Objects and programs that were ever made.
  std::ptrdiff_t made() const {
    const fs::directory_iterator kept(root_ / ".assay" / "subjects");
    return std::distance(begin(kept), end(kept));
  }

  static fs::path fresh_folder() {
    std::string name = (fs::temp_directory_path() / "assay-builder-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("can't make a folder");
    return name;
  }

  // The offset of a function, as nm says it.
  static std::string offset_of(const std::string& symbol, const fs::path& program) {
    std::FILE* const listing = ::popen(("nm '" + program.string() + "'").c_str(), "r");
    char line[512];
    std::string offset;
    while (std::fgets(line, sizeof line, listing) != nullptr) {
      if (std::string(line).ends_with(' ' + symbol + '\n')) offset = std::string(line, 16);
    }
    ::pclose(listing);
    return offset;
  }

  const fs::path root_ = fresh_folder();
  Sources sources_{{"solution.cpp", "#include \"api.hpp\"\nint main() { return answer(); }\n"},
                   {"answer.cpp",
                    "#include \"api.hpp\"\n#include \"number.hpp\"\n\nint answer() {\n"
                    "  return number;\n}\n"},
                   {"number.hpp", "inline constexpr int number = 0;\n"}};
};

TEST_F(BuilderTest, MakesAnObjectOfEachSourceAndAProgram) {
  const Build first = build();
  ASSERT_TRUE(first.built) << first.messages;
  EXPECT_FALSE(first.from_cache);
  EXPECT_EQ(made(), 3);
  const Build again = build();
  EXPECT_TRUE(again.from_cache);
  EXPECT_EQ(again.program, first.program);
  EXPECT_EQ(made(), 3);
}

TEST_F(BuilderTest, AnEditOfOneSourceReusesTheOthersObject) {
  ASSERT_TRUE(build().built);
  sources_["answer.cpp"] += "\n// an edit\n";
  const Build edited = build();
  ASSERT_TRUE(edited.built) << edited.messages;
  EXPECT_FALSE(edited.from_cache);
  EXPECT_EQ(made(), 3 + 2);  // its object, and the program
}

TEST_F(BuilderTest, AnEditOfAHeaderReusesNothing) {
  ASSERT_TRUE(build().built);
  sources_["number.hpp"] = "inline constexpr int number = 1;\n";
  ASSERT_TRUE(build().built);
  EXPECT_EQ(made(), 3 + 3);
}

TEST_F(BuilderTest, EveryFlavourIsBuiltByItself) {
  ASSERT_TRUE(build().built);
  const Build slow = build(Flavour::debugger);
  ASSERT_TRUE(slow.built) << slow.messages;
  EXPECT_FALSE(slow.from_cache);
  EXPECT_EQ(made(), 3 + 3);
}

TEST_F(BuilderTest, SaysWhatIsWrongWithEachSource) {
  sources_["solution.cpp"] = "int main( { }\n";
  sources_["answer.cpp"] = "#error not today\n";
  const Build broken = build();
  EXPECT_FALSE(broken.built);
  EXPECT_NE(broken.messages.find("my/tiny/solution.cpp:1:"), std::string::npos);
  EXPECT_NE(broken.messages.find("my/tiny/answer.cpp:1:2: error: #error not today"),
            std::string::npos);
}

TEST_F(BuilderTest, CanBeInterrupted) {
  Builder builder(root_, root_ / "build");
  struct Enough {};
  EXPECT_THROW(builder.build({"tiny", sources_, "my/tiny"}, [] { throw Enough{}; }), Enough);
}

TEST_F(BuilderTest, TheProgramTellsWhereItsCodeIs) {
  const Build whole = build(Flavour::debugger);
  ASSERT_TRUE(whole.built) << whole.messages;
  const auto answer = offset_of("_Z6answerv", whole.program);
  const auto start = offset_of("_start", whole.program);
  ASSERT_FALSE(answer.empty() || start.empty());
  const std::map<std::string, std::string> expected{{answer, "my/tiny/answer.cpp:4"}};
  EXPECT_EQ(code_places(whole.program, {answer, start, "0", "ffffffff"}, "my/tiny"), expected);
  EXPECT_TRUE(code_places(whole.program, {answer}, "my/other").empty());
  EXPECT_TRUE(code_places(whole.program, {}, "my/tiny").empty());
  EXPECT_TRUE(code_places("/bin/true", {answer}, "my/tiny").empty());
}

}  // namespace
}  // namespace assay::proc
