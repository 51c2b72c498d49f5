// The method: a log says what really happened. Programs are killed after each of their steps, and
// the folder that they leave is what the log says for that moment; and what a log can't say, it
// says that it can't.
#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>

#include "fault/disk/recorder.hpp"
#include "fault/disk/stack.hpp"
#include "fault/disk/survival.hpp"

namespace assay::disk {
namespace {

namespace fs = std::filesystem;

class Folder {
 public:
  Folder() {
    std::string pattern = fs::temp_directory_path() / "assay-disk-test-XXXXXX";
    if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no temporary folder");
    path_ = pattern;
  }
  ~Folder() { fs::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  fs::path sub(const std::string& name) const {
    fs::remove_all(path_ / name);
    fs::create_directory(path_ / name);
    return path_ / name;
  }

 private:
  fs::path path_;
};

// All that is below a folder: contents, targets, and "folder".
std::map<std::string, std::string> tree_of(const fs::path& folder) {
  std::map<std::string, std::string> tree;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    const std::string name = entry.path().lexically_relative(folder);
    if (entry.is_symlink()) {
      tree[name] = "link to " + fs::read_symlink(entry.path()).native();
    } else if (entry.is_directory()) {
      tree[name] = "folder";
    } else {
      std::ifstream in(entry.path(), std::ios::binary);
      tree[name] = {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
    }
  }
  return tree;
}

RecordOptions shell(const std::string& script, const fs::path& folder) {
  RecordOptions options;
  options.command = script;
  options.folder = folder;
  return options;
}

// What changes names, sizes and contents, in ways that shells and small tools know.
constexpr const char* busy_script =
    "echo one > a; echo two >> a; mkdir -p d/e; mv a d/a; ln d/a b; ln -s b c; cp b d/e/f; "
    "dd if=/dev/zero of=z bs=700 count=3 2> /dev/null; truncate -s 100 z; rm b; "
    "echo 12345 | dd of=z bs=1 seek=10 conv=notrunc,fsync 2> /dev/null; mv d g; "
    "sync g/a; rm -r g/e; echo done";

TEST(Recorder, LogsWhatAFolderReallyHolds) {
  const Folder folder;
  const auto place = folder.sub("run");
  const Log log = record(shell(busy_script, place));
  EXPECT_TRUE(log.doubts.empty()) << log.doubts.front();
  const auto image = folder.sub("image");
  Survival(log, Mode::keep_all).image(log.steps.size(), 0).write_to(log, image);
  EXPECT_EQ(tree_of(image), tree_of(place));
  EXPECT_EQ(log.steps.back().kind, Step::Kind::output);
  EXPECT_EQ(log.steps.back().data, "done\n");
  EXPECT_GE(counts_of(log).syncs, 2U);
}

TEST(Recorder, SaysForEachMomentWhatAKillAtThatMomentLeaves) {
  const Folder folder;
  const Log log = record(shell(busy_script, folder.sub("whole")));
  ASSERT_GT(log.steps.size(), 15U);
  const Survival survival(log, Mode::keep_all);
  for (std::size_t point = 1; point < log.steps.size(); ++point) {
    const auto place = folder.sub("killed");
    auto options = shell(busy_script, place);
    options.killed_after = point;
    const Log killed = record(options);
    ASSERT_GE(killed.steps.size(), point);
    const auto image = folder.sub("image");
    survival.image(killed.steps.size(), 0).write_to(log, image);
    EXPECT_EQ(tree_of(image), tree_of(place))
        << "killed after " << in_words(log, log.steps[point - 1]);
  }
}

// Undo, newest first, of what no sync has covered, in a log that is written down backwards: another
// way to the same disk.
TEST(Recorder, LeadsToTheSameDiskAsUndoingWhatIsNotSynced) {
  const Folder folder;
  const Log log =
      record(shell("for i in 1 2 3; do echo line$i | dd of=a oflag=append "
                   "conv=notrunc,fsync 2> /dev/null; echo more >> a; done",
                   folder.sub("run")));
  const Survival survival(log, Mode::drop_all);
  for (std::size_t point = 0; point <= log.steps.size(); ++point) {
    std::string content;
    for (std::size_t i = 0; i < point; ++i) {
      if (log.steps[i].kind == Step::Kind::write) content += log.steps[i].data;
    }
    for (std::size_t i = point; i-- > 0;) {
      const Step& step = log.steps[i];
      if (step.kind == Step::Kind::sync) break;
      if (step.kind == Step::Kind::write) content.resize(content.size() - step.data.size());
    }
    const auto image = survival.image(point, 0);
    std::string survived;
    for (const auto& [file, bytes] : image.contents) survived = bytes;
    EXPECT_EQ(survived, content) << point;
  }
}

TEST(Recorder, FollowsChildrenAndPipelines) {
  const Folder folder;
  const Log log = record(
      shell("(echo a > a; (echo b > b) & wait); echo c | tee c > /dev/null", folder.sub("run")));
  EXPECT_TRUE(log.doubts.empty());
  EXPECT_EQ(log.files.size(), 4U);
}

TEST(Recorder, DoubtsWhatLiesOutsideOfTheFolder) {
  const Folder folder;
  const auto outside = folder.sub("outside");
  const Log log = record(shell("echo x > " + (outside / "x").native(), folder.sub("run")));
  ASSERT_EQ(log.doubts.size(), 1U);
  EXPECT_NE(log.doubts[0].find("outside of its folder"), std::string::npos);
}

TEST(Recorder, EndsWhatDoesNotEnd) {
  const Folder folder;
  auto options = shell("echo x > a; (sleep 1000 &) ; sleep 1000", folder.sub("run"));
  options.limit = std::chrono::milliseconds(200);
  EXPECT_EQ(record(options).ending, "was ended after 0 s");
}

TEST(Recorder, StopsWhenItIsTold) {
  const Folder folder;
  auto options = shell("sleep 1000", folder.sub("run"));
  options.stopped = [] { return true; };
  EXPECT_THROW(record(options), RecordingInterrupted);
}

TEST(Recorder, SaysHowAProgramEnded) {
  const Folder folder;
  EXPECT_EQ(record(shell("exit 3", folder.sub("run"))).ending, "exited with 3");
  EXPECT_EQ(record(shell("kill -9 $$", folder.sub("run"))).ending, "was killed by signal 9");
}

TEST(Recorder, FailsASyncAsItIsTold) {
  const Folder folder;
  auto options =
      shell("echo x | dd of=a conv=fsync 2> /dev/null || echo failed", folder.sub("run"));
  options.failing_sync = 1;
  const Log log = record(options);
  EXPECT_EQ(log.steps.back().data, "failed\n");
}

TEST(Stack, IsWhatGdbPrintsWithoutTheLibrary) {
  const std::vector<std::string> printed{
      "Using host libthread_db library",
      "#0  0x00007f in __GI___libc_write (fd=3) at ../sysdeps/unix/sysv/linux/write.c:26",
      "#1  0x000055 in (anonymous namespace)::append (file=3, line=\"a b\") at /src/log.cpp:27",
      "#2  0x000055 in ?? () from /lib/libother.so",
      "#3  main (count=1, arguments=0x7ff) at /src/log.cpp:93",
      "#4  __libc_start_main () at ../csu/libc-start.c:360"};
  EXPECT_EQ(frames_in(printed),
            (std::vector<std::string>{"(anonymous namespace)::append() at log.cpp:27",
                                      "main() at log.cpp:93"}));
}

TEST(Recorder, FillsTheDiskAndShortensWrites) {
  const Folder folder;
  auto options =
      shell("dd if=/dev/zero of=a bs=100 count=9 2> /dev/null || echo full", folder.sub("run"));
  options.disk_bytes = 250;
  const Log full = record(options);
  EXPECT_EQ(full.steps.back().data, "full\n");
  EXPECT_EQ(counts_of(full).writes, 3U);

  options = shell("dd if=/dev/zero of=a bs=100 count=2 2> /dev/null", folder.sub("run"));
  options.short_writes = true;
  std::size_t bytes = 0;
  for (const Step& step : record(options).steps) bytes += step.data.size();
  EXPECT_EQ(bytes, 200U);  // dd writes the rest
}

}  // namespace
}  // namespace assay::disk
