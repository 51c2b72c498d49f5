// Goal: the stream's style is decided by the rules that terminals agree on. Method: each rule
// against made-up surroundings, from the strongest to the weakest.
#include "report/style.hpp"

#include <gtest/gtest.h>

#include <map>
#include <string>

namespace assay::report {
namespace {

using Variables = std::map<std::string, std::string>;

Style decided(ColourChoice choice, const Variables& variables, bool terminal, int columns = 0) {
  Surroundings surroundings;
  surroundings.variable = [&](const char* name) -> const char* {
    const auto found = variables.find(name);
    return found == variables.end() ? nullptr : found->second.c_str();
  };
  surroundings.terminal = terminal;
  surroundings.columns = columns;
  return decide(choice, surroundings);
}

bool colour(const Variables& variables, bool terminal) {
  return decided(ColourChoice::automatic, variables, terminal).colour;
}

bool unicode(const Variables& variables) {
  return decided(ColourChoice::automatic, variables, true).unicode;
}

TEST(Style, TheCommandLineDecidesBeforeTheEnvironment) {
  EXPECT_TRUE(decided(ColourChoice::always, {{"NO_COLOR", "1"}}, false).colour);
  EXPECT_FALSE(decided(ColourChoice::never, {{"FORCE_COLOR", "1"}}, true).colour);
}

TEST(Style, NoColorDecidesBeforeForcing) {
  EXPECT_FALSE(colour({{"NO_COLOR", "1"}, {"CLICOLOR_FORCE", "1"}}, true));
  EXPECT_TRUE(colour({{"NO_COLOR", ""}}, true)) << "an empty NO_COLOR says nothing";
}

TEST(Style, ForcingDecidesBeforeTheTerminal) {
  EXPECT_TRUE(colour({{"CLICOLOR_FORCE", "1"}}, false));
  EXPECT_TRUE(colour({{"FORCE_COLOR", "1"}, {"CLICOLOR", "0"}}, false));
  EXPECT_FALSE(colour({{"CLICOLOR_FORCE", "0"}}, false));
}

TEST(Style, ATerminalHasColoursUnlessItIsDumbOrToldNotTo) {
  EXPECT_TRUE(colour({{"TERM", "xterm"}}, true));
  EXPECT_FALSE(colour({{"TERM", "dumb"}}, true));
  EXPECT_FALSE(colour({{"CLICOLOR", "0"}}, true));
  EXPECT_FALSE(colour({{"TERM", "xterm"}}, false));
}

TEST(Style, TheFirstLocaleVariableThatIsSetDecidesTheCharacters) {
  EXPECT_TRUE(unicode({{"LANG", "en_GB.UTF-8"}}));
  EXPECT_TRUE(unicode({{"LC_CTYPE", "C.utf8"}, {"LANG", "C"}}));
  EXPECT_FALSE(unicode({{"LC_ALL", "C"}, {"LANG", "en_GB.UTF-8"}}));
  EXPECT_TRUE(unicode({{"LC_ALL", ""}, {"LANG", "en_GB.UTF-8"}}));
  EXPECT_FALSE(unicode({})) << "nothing set is the C locale";
}

TEST(Style, ColumnsStayReadable) {
  EXPECT_EQ(decided(ColourChoice::never, {}, false).columns, 80);
  EXPECT_EQ(decided(ColourChoice::never, {}, true, 20).columns, 40);
  EXPECT_EQ(decided(ColourChoice::never, {}, true, 90).columns, 90);
  EXPECT_EQ(decided(ColourChoice::never, {}, true, 300).columns, 100);
  EXPECT_EQ(decided(ColourChoice::never, {{"COLUMNS", "60"}}, false).columns, 60);
  EXPECT_EQ(decided(ColourChoice::never, {{"COLUMNS", "60"}}, true, 90).columns, 90);
  EXPECT_EQ(decided(ColourChoice::never, {{"COLUMNS", "wide"}}, false).columns, 80);
}

TEST(Style, PaintNests) {
  const Style style{.colour = true, .unicode = true};
  EXPECT_EQ(red(style, bold(style, "x")), "\x1b[31m\x1b[1mx\x1b[22m\x1b[39m");
  EXPECT_EQ(red(style, ""), "");
  EXPECT_EQ(red(Style{}, "x"), "x");
}

TEST(Style, ChoicesHaveNames) {
  EXPECT_EQ(colour_choice_named("auto"), ColourChoice::automatic);
  EXPECT_EQ(colour_choice_named("always"), ColourChoice::always);
  EXPECT_EQ(colour_choice_named("never"), ColourChoice::never);
  EXPECT_EQ(colour_choice_named("sometimes"), std::nullopt);
}

}  // namespace
}  // namespace assay::report
