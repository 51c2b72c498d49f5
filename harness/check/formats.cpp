#include "check/formats.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "check/cursor.hpp"
#include "check/readers.hpp"

namespace assay::check {
namespace {

constexpr std::size_t max_lines = 200'000'000;

enum class Format : std::uint8_t { etcd_log, key_value_file, json_lines };

std::string_view name_of(Format format) {
  switch (format) {
    case Format::etcd_log:
      return "etcd log";
    case Format::key_value_file:
      return "key-value file";
    case Format::json_lines:
      break;
  }
  return "JSON lines";
}

// Hands out lines without their ends, and counts them.
class Lines {
 public:
  Lines(std::string_view text, std::size_t line_bytes) : rest_(text), line_bytes_(line_bytes) {}

  bool next() {
    if (rest_.empty()) return false;
    if (++number_ > static_cast<std::int32_t>(max_lines)) throw HistoryError(number_, "too long");
    const std::size_t end = std::min(rest_.find('\n'), rest_.size());
    line_ = rest_.substr(0, end);
    rest_.remove_prefix(std::min(end + 1, rest_.size()));
    if (line_.size() > line_bytes_) {
      throw HistoryError(number_, "a line of more than " + std::to_string(line_bytes_) + " bytes");
    }
    if (line_.ends_with('\r')) line_.remove_suffix(1);
    return true;
  }

  std::string_view line() const { return line_; }
  std::int32_t number() const { return number_; }
  bool blank() const { return line_.find_first_not_of(" \t") == line_.npos; }

 private:
  std::string_view rest_;
  std::size_t line_bytes_;
  std::string_view line_;
  std::int32_t number_ = 0;
};

// The first line that could belong to a history decides.
Format format_of(std::string_view text, std::size_t line_bytes) {
  Lines lines(text, line_bytes);
  std::int32_t first = 0;
  while (lines.next()) {
    if (lines.blank()) continue;
    if (first == 0) first = lines.number();
    Cursor cursor(lines.line(), lines.number());
    cursor.skip(" \t");
    if (looks_like_etcd_log(lines.line())) return Format::etcd_log;
    if (!cursor.take('{')) continue;
    cursor.skip(" \t");
    return cursor.peek() == ':' ? Format::key_value_file : Format::json_lines;
  }
  if (first == 0) throw HistoryError(0, "the file is empty");
  throw HistoryError(first,
                     "not a history: neither an etcd log, nor a key-value file, nor JSON lines");
}

// A file mapped into memory: a history of gigabytes is read once and copied never.
class Mapping {
 public:
  Mapping(const std::filesystem::path& file, std::size_t limit_bytes) {
    const int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) fail("can't open " + file.string());
    struct stat status {};
    const bool known = ::fstat(descriptor, &status) == 0;
    if (known && S_ISREG(status.st_mode)) size_ = static_cast<std::size_t>(status.st_size);
    if (size_ > 0 && size_ <= limit_bytes) {
      data_ = ::mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, descriptor, 0);
    }
    ::close(descriptor);
    if (!known || !S_ISREG(status.st_mode)) throw HistoryError(0, file.string() + " is not a file");
    if (size_ > limit_bytes) {
      throw HistoryError(0, "the file has " + std::to_string(size_) + " bytes, more than " +
                                std::to_string(limit_bytes));
    }
    if (data_ == MAP_FAILED) fail("can't read " + file.string());
  }
  Mapping(const Mapping&) = delete;
  Mapping& operator=(const Mapping&) = delete;
  ~Mapping() {
    if (size_ > 0) ::munmap(data_, size_);
  }

  std::string_view text() const { return {static_cast<const char*>(data_), size_}; }

 private:
  [[noreturn]] static void fail(const std::string& what) {
    throw HistoryError(0, what + ": " + std::strerror(errno));
  }

  void* data_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace

History read_history(std::string_view text, const ReadLimits& limits) {
  const Format format = format_of(text, limits.line_bytes);
  Recorder recorder;
  std::string model;
  Lines lines(text, limits.line_bytes);
  while (lines.next()) {
    if (lines.blank()) continue;
    std::optional<Record> record;
    switch (format) {
      case Format::etcd_log:
        record = read_etcd_line(lines.line(), lines.number(), recorder);
        break;
      case Format::key_value_file:
        record = read_map_line(lines.line(), lines.number(), recorder.values());
        break;
      case Format::json_lines:
        record = read_json_line(lines.line(), lines.number(), recorder.values(), model);
        break;
    }
    if (record) recorder.add(*record);
  }
  History history = recorder.build(std::string(name_of(format)), std::move(model));
  if (history.operations.empty()) throw HistoryError(0, "the history has no operation");
  return history;
}

History read_history_file(const std::filesystem::path& file, const ReadLimits& limits) {
  const Mapping mapping(file, limits.file_bytes);
  return read_history(mapping.text(), limits);
}

}  // namespace assay::check
