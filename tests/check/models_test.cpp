// Each model on histories made by hand: one that it allows, and one that it doesn't.
#include <gtest/gtest.h>

#include "support/text_history.hpp"

namespace assay::check {
namespace {

using support::answer;

void expect(Answer expected, std::string_view model, std::string_view lines) {
  EXPECT_EQ(answer(lines, model), expected) << model << ":\n" << lines;
}

TEST(Register, ReadsWhatWasWrittenLast) {
  expect(Answer::holds, "register", R"(0 write(1) 0-1
                                       0 write(2) 2-3
                                       1 read() 4-5 -> 2)");
  expect(Answer::violated, "register", R"(0 write(1) 0-1
                                          0 write(2) 2-3
                                          1 read() 4-5 -> 1)");
}

TEST(Register, IsNilAtFirst) {
  expect(Answer::holds, "register", "0 read() 0-1 -> null");
  expect(Answer::violated, "register", "0 read() 0-1 -> 0");
}

TEST(Register, ConcurrentReadsMaySeeEitherValueButNotGoBack) {
  expect(Answer::holds, "register", R"(0 write(1) 0-9
                                       1 read() 1-2 -> null
                                       1 read() 3-4 -> 1)");
  expect(Answer::violated, "register", R"(0 write(1) 0-9
                                          1 read() 1-2 -> 1
                                          1 read() 3-4 -> null)");
}

TEST(Register, TouchingOperationsAreConcurrent) {
  expect(Answer::holds, "register", R"(0 write(1) 0-5
                                       1 read() 5-6 -> null)");
}

TEST(Register, ComparesAndSets) {
  expect(Answer::holds, "register", R"(0 write(1) 0-1
                                       0 cas([1, 2]) 2-3 -> true
                                       0 cas([1, 3]) 4-5 -> false
                                       0 read() 6-7 -> 2)");
  expect(Answer::violated, "register", R"(0 write(1) 0-1
                                          0 cas([1, 2]) 2-3 -> true
                                          1 cas([1, 3]) 2-3 -> true)");
}

TEST(Register, AnUnknownWriteMayTakeEffectLateOrNever) {
  expect(Answer::holds, "register", R"(0 write(1) 0-?
                                       1 read() 1-2 -> null
                                       1 read() 3-4 -> 1)");
  expect(Answer::holds, "register", R"(0 write(1) 0-?
                                       1 read() 1-2 -> null)");
  expect(Answer::violated, "register", R"(0 write(1) 0-?
                                          1 read() 1-2 -> 1
                                          1 read() 3-4 -> null)");
}

TEST(Register, KeysAreApart) {
  expect(Answer::holds, "register", R"(0 write("x": 1) 0-1
                                       0 write("y": 2) 2-3
                                       1 read("x":) 4-5 -> 1)");
}

TEST(Register, ADistinctWriteIsNotReadBeforeItsCall) {
  expect(Answer::violated, "register", R"(1 read() 0-1 -> 1
                                          0 write(1) 2-3)");
}

TEST(KeyValue, Appends) {
  expect(Answer::holds, "kv", R"(0 append("x": "a") 0-5
                                 1 append("x": "b") 0-5
                                 2 get("x":) 6-7 -> "ba")");
  expect(Answer::violated, "kv", R"(0 append("x": "a") 0-1
                                    1 append("x": "b") 2-3
                                    2 get("x":) 6-7 -> "ba")");
}

TEST(KeyValue, PutOverwritesAndTheEmptyTextIsThereAtFirst) {
  expect(Answer::holds, "kv", R"(0 get("x":) 0-1 -> ""
                                 0 append("x": "a") 2-3
                                 0 put("x": "b") 4-5
                                 0 get("x":) 6-7 -> "b")");
  expect(Answer::violated, "kv", R"(0 append("x": "a") 2-3
                                    0 put("x": "b") 4-5
                                    0 get("x":) 6-7 -> "ab")");
}

TEST(KeyValue, PutAloneIsARegister) {
  expect(Answer::holds, "kv", R"(0 get("x":) 0-1 -> ""
                                 0 put("x": "b") 4-5
                                 0 get("x":) 6-7 -> "b")");
  expect(Answer::violated, "kv", R"(0 put("x": "b") 4-5
                                    0 get("x":) 6-7 -> "")");
}

TEST(Counter, AddsUp) {
  expect(Answer::holds, "counter", R"(0 add(2) 0-5
                                      1 add(3) 0-5
                                      2 read() 1-4 -> 3
                                      2 read() 6-7 -> 5)");
  expect(Answer::violated, "counter", R"(0 add(2) 0-1
                                         1 add(3) 0-5
                                         2 read() 2-4 -> 3)");
  expect(Answer::violated, "counter", R"(0 add(1) 0-1 -> 1
                                         1 add(1) 0-1 -> 1)");
}

TEST(Set, OfSingleElements) {
  expect(Answer::holds, "set", R"(0 add(1) 0-1 -> true
                                  0 add(1) 2-3 -> false
                                  0 remove(1) 4-5
                                  0 contains(1) 6-7 -> false)");
  expect(Answer::violated, "set", R"(0 add(1) 0-1
                                     0 contains(1) 2-3 -> false)");
}

TEST(Set, ReadAsAWhole) {
  expect(Answer::holds, "set", R"(0 add(2) 0-1
                                  1 add(1) 0-9
                                  0 read() 2-3 -> [2, 1])");
  expect(Answer::violated, "set", R"(0 add(2) 0-1
                                     1 add(1) 2-3
                                     0 read() 4-5 -> [1])");
}

TEST(Queue, FirstInFirstOut) {
  expect(Answer::holds, "queue", R"(0 enqueue(1) 0-5
                                    1 enqueue(2) 0-5
                                    0 dequeue() 6-7 -> 2
                                    0 dequeue() 8-9 -> 1
                                    0 dequeue() 10-11 -> null)");
  expect(Answer::violated, "queue", R"(0 enqueue(1) 0-1
                                       0 enqueue(2) 2-3
                                       0 dequeue() 6-7 -> 2)");
}

TEST(Queue, IsNotEmptyWhileSomethingIsAlwaysThere) {
  expect(Answer::violated, "queue", R"(0 enqueue(1) 0-1
                                       0 enqueue(2) 3-4
                                       2 dequeue() 2-9 -> null
                                       1 dequeue() 6-8 -> 1)");
  expect(Answer::holds, "queue", R"(0 enqueue(1) 0-1
                                    0 enqueue(2) 7-8
                                    2 dequeue() 2-9 -> null
                                    1 dequeue() 3-6 -> 1)");
}

TEST(Queue, DoesNotGiveTwice) {
  expect(Answer::violated, "queue", R"(0 enqueue(1) 0-1
                                       0 dequeue() 2-3 -> 1
                                       1 dequeue() 2-3 -> 1)");
  expect(Answer::holds, "queue", R"(0 enqueue(1) 0-1
                                    1 enqueue(1) 0-1
                                    0 dequeue() 2-3 -> 1
                                    1 dequeue() 2-3 -> 1)");
}

TEST(Queue, AnUnknownDequeueMayHaveTakenTheFirst) {
  expect(Answer::holds, "queue", R"(0 enqueue(1) 0-1
                                    0 enqueue(2) 2-3
                                    1 dequeue() 4-?
                                    0 dequeue() 6-7 -> 2)");
}

TEST(TokenBucket, AdmitsUpToItsCapacityAndRefills) {
  constexpr std::string_view bucket = "token-bucket:capacity=2,interval_ns=10";
  expect(Answer::holds, bucket, R"(0 take([2, 100]) 0-1 -> true
                                   0 take([1, 109]) 2-3 -> false
                                   0 take([1, 110]) 4-5 -> true)");
  expect(Answer::violated, bucket, R"(0 take([2, 100]) 0-1 -> true
                                      0 take([1, 109]) 2-3 -> true)");
  expect(Answer::violated, bucket, "0 take([3, 100]) 0-1 -> true");
  expect(Answer::holds, bucket, R"(0 take([2, 100]) 0-1 -> true
                                   0 take([0, 100]) 2-3 -> true)");
}

TEST(Wide, ManyOperationsMayBePendingAtOnce) {
  for (int pending : {60, 70, 130, 300}) {
    std::string lines;
    for (int process = 0; process < pending; ++process) {
      lines += std::to_string(process) + " add(1) 0-" + std::to_string(1000 + process) + "\n";
    }
    const std::string right = lines + "1000 read() 5-900 -> " + std::to_string(pending);
    const std::string wrong = lines + "1000 read() 5-900 -> " + std::to_string(pending + 1);
    expect(Answer::holds, "counter", right);
    expect(Answer::violated, "counter", wrong);
  }
}

TEST(Wide, MoreThanTheWidestSearchIsUnknown) {
  std::string lines;
  for (int process = 0; process < 1100; ++process) {
    lines += std::to_string(process) + " add(" + std::to_string(process) + ") 0-9999\n";
  }
  EXPECT_EQ(answer(lines + "2000 read() 5-6 -> 0", "counter"), Answer::unknown);
}

}  // namespace
}  // namespace assay::check
