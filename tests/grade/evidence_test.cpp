// A transcript says everything that a verdict rests on: what is read is what was written.
#include "grade/evidence.hpp"

#include <stdexcept>

#include <gtest/gtest.h>

namespace assay::grade {
namespace {

TEST(Transcript, ComesBackAsItWas) {
  const Evidence evidence{
      {{"planned",
        {{"limiter 3 5", "ok"}, {"acquire 0 a 1", "admitted 2"}, {"acquire 1 a 1", {}}},
        "crashed: segmentation fault (SIGSEGV)",
        "first line\nsecond > line"},
       {"shrunk from 2", {{"limiter 3 5", "ok"}, {"acquire 1 a 1", ""}}, "", ""}}};
  const std::string transcript = to_transcript(evidence);
  EXPECT_EQ(to_transcript(from_transcript(transcript)), transcript);
  const Evidence read = from_transcript(transcript);
  ASSERT_EQ(read.conversations.size(), 2U);
  EXPECT_EQ(read.conversations[0].exchanges[2].answered, std::nullopt);
  EXPECT_EQ(read.conversations[1].exchanges[1].answered, "");
  EXPECT_EQ(read.conversations[0].output, "first line\nsecond > line");
}

TEST(Transcript, SaysWhichLineIsDamaged) {
  try {
    from_transcript("## planned\n> limiter 3 5\nnonsense\n");
    FAIL();
  } catch (const std::runtime_error& error) {
    EXPECT_STREQ(error.what(), "line 3 is not part of a transcript: \"nonsense\"");
  }
  EXPECT_THROW(from_transcript("> asked before any talk\n"), std::runtime_error);
  EXPECT_THROW(from_transcript("## planned\n< answered before asked\n"), std::runtime_error);
}

}  // namespace
}  // namespace assay::grade
