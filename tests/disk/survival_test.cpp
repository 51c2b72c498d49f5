// What a disk holds after a power loss, by rules that are easy to see: short logs written by hand.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "fault/disk/survival.hpp"

namespace assay::disk {
namespace {

class Writer {
 public:
  FileId file(const std::string& path, FileInfo::Kind kind = FileInfo::Kind::file) {
    FileInfo info;
    info.kind = kind;
    info.path = path;
    log.files.push_back(info);
    return log.files.size() - 1;
  }
  Step& add(Step::Kind kind, FileId file) {
    Step& step = log.steps.emplace_back();
    step.kind = kind;
    step.file = file;
    return step;
  }
  void link(FileId file, const std::string& name, FileId folder = root_folder) {
    Step& step = add(Step::Kind::link, file);
    step.name = name;
    step.folder = folder;
  }
  void write(FileId file, std::int64_t offset, const std::string& data) {
    Step& step = add(Step::Kind::write, file);
    step.offset = offset;
    step.data = data;
  }
  void rename(FileId file, const std::string& name, const std::string& to_name) {
    Step& step = add(Step::Kind::rename, file);
    step.name = name;
    step.to_name = to_name;
  }
  void sync(FileId file) { add(Step::Kind::sync, file); }

  // What is in the file of that name in the end; "none" if there is no such name.
  std::string after(Mode mode, const std::string& name, std::uint64_t seed = 1) const {
    const auto image = Survival(log, mode).image(log.steps.size(), seed);
    const auto entry = image.entries.find({root_folder, name});
    if (entry == image.entries.end()) return "none";
    const auto content = image.contents.find(entry->second);
    return content == image.contents.end() ? "" : content->second;
  }

  Log log;
};

TEST(Survival, OfWhatIsNotSyncedIsNothing) {
  Writer disk;
  const auto file = disk.file("a");
  disk.link(file, "a");
  disk.write(file, 0, "one");
  EXPECT_EQ(disk.after(Mode::keep_all, "a"), "one");
  EXPECT_EQ(disk.after(Mode::drop_all, "a"), "none");
  disk.sync(file);
  EXPECT_EQ(disk.after(Mode::drop_all, "a"), "one");
  disk.write(file, 3, "two");
  EXPECT_EQ(disk.after(Mode::drop_all, "a"), "one");
}

TEST(Survival, OfANameDependsOnItsFolderOnlyIfThatIsStrict) {
  Writer disk;
  const auto file = disk.file("a");
  disk.link(file, "a");
  disk.write(file, 0, "one");
  disk.sync(file);
  EXPECT_EQ(disk.after(Mode::drop_all, "a"), "one");
  EXPECT_EQ(disk.after(Mode::strict, "a"), "none");
  disk.sync(root_folder);
  EXPECT_EQ(disk.after(Mode::strict, "a"), "one");
}

TEST(Survival, OfAFileInANewFolderNeedsTheFoldersNameToo) {
  Writer disk;
  const auto folder = disk.file("f", FileInfo::Kind::folder);
  disk.link(folder, "f");
  const auto file = disk.file("f/a");
  disk.link(file, "a", folder);
  disk.sync(file);
  EXPECT_TRUE(Survival(disk.log, Mode::drop_all).is_durable(0, 3));
  EXPECT_FALSE(Survival(disk.log, Mode::strict).is_durable(0, 3));
}

TEST(Survival, OfARenameNeedsASyncAfterIt) {
  Writer disk;
  const auto old = disk.file("a");
  disk.link(old, "a");
  disk.write(old, 0, "old");
  disk.sync(old);
  const auto fresh = disk.file("b");
  disk.link(fresh, "b");
  disk.write(fresh, 0, "new");
  disk.sync(fresh);
  disk.rename(fresh, "b", "a");
  EXPECT_EQ(disk.after(Mode::drop_all, "a"), "old");
  EXPECT_EQ(disk.after(Mode::drop_all, "b"), "new");
  disk.sync(root_folder);
  EXPECT_EQ(disk.after(Mode::drop_all, "a"), "new");
  EXPECT_EQ(disk.after(Mode::drop_all, "b"), "none");
}

TEST(Survival, OfAWriteThatIsDurableByItselfLeavesOthersBehind) {
  Writer disk;
  const auto file = disk.file("a");
  disk.link(file, "a");
  disk.write(file, 0, "one");
  disk.write(file, 3, "two");
  disk.log.steps.back().synced = true;
  EXPECT_EQ(disk.after(Mode::drop_all, "a"), std::string(3, '\0') + "two");
}

TEST(Survival, IsNoneAfterASyncThatFailed) {
  Writer disk;
  const auto file = disk.file("a");
  disk.link(file, "a");
  disk.sync(root_folder);
  disk.write(file, 0, "one");
  disk.add(Step::Kind::failed_sync, file);
  disk.sync(file);
  EXPECT_EQ(disk.after(Mode::drop_all, "a"), "");
  disk.write(file, 0, "one");
  disk.sync(file);
  EXPECT_EQ(disk.after(Mode::drop_all, "a"), "one");
}

// Each byte, and the file's new length without its bytes, comes up.
TEST(Survival, OfATornWriteEndsAtAnyByte) {
  Writer disk;
  const auto file = disk.file("a");
  disk.link(file, "a");
  disk.sync(file);
  disk.write(file, 0, "abc");
  std::set<std::string> seen;
  for (std::uint64_t seed = 0; seed < 200; ++seed) seen.insert(disk.after(Mode::torn, "a", seed));
  const std::string zero(1, '\0');
  EXPECT_EQ(seen, (std::set<std::string>{"", "a", "ab", "abc", zero + zero + zero,
                                         "a" + zero + zero, "ab" + zero}));
}

TEST(Survival, OfReorderedWritesIsAnyOfThem) {
  Writer disk;
  const auto file = disk.file("a");
  disk.link(file, "a");
  disk.sync(file);
  disk.write(file, 0, "ab");
  disk.write(file, 0, "cd");
  std::set<std::string> seen;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    seen.insert(disk.after(Mode::reordered, "a", seed));
  }
  EXPECT_EQ(seen, (std::set<std::string>{"", "ab", "cd"}));
}

TEST(Survival, NeverTakesWhatIsSynced) {
  Writer disk;
  const auto file = disk.file("a");
  disk.link(file, "a");
  disk.write(file, 0, "one");
  disk.sync(file);
  disk.write(file, 3, "two");
  for (const Mode mode : {Mode::drop_all, Mode::torn, Mode::reordered}) {
    for (std::uint64_t seed = 0; seed < 100; ++seed) {
      EXPECT_TRUE(disk.after(mode, "a", seed).starts_with("one")) << name_of(mode);
    }
  }
}

}  // namespace
}  // namespace assay::disk
