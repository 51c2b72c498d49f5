// A log of records, each with its length, and with "checksum" a checksum, synced before "ok LINE"
// is printed. Records are written at their places in a file that has its whole length from the
// start, and what follows the last is zeros. "audit" reads the records, and gives up at one that
// can't be.
#include <fcntl.h>
#include <unistd.h>

#include <cstdint>
#include <cstring>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>
#include <vector>

namespace {

constexpr const char* file_name = "journal";
constexpr std::size_t journal_bytes = 65'536;

std::uint32_t checksum(const std::string& text) {  // FNV-1a
  std::uint32_t sum = 2'166'136'261U;
  for (const char letter : text) sum = (sum ^ static_cast<unsigned char>(letter)) * 16'777'619U;
  return sum;
}

struct Header {
  std::uint32_t size = 0;
  std::uint32_t sum = 0;
};

int audit(bool checked) {
  std::ifstream in(file_name, std::ios::binary);
  const std::string all{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  std::vector<std::string> lines;
  for (std::size_t at = 0; at + sizeof(Header) <= all.size();) {
    Header header;
    std::memcpy(&header, all.data() + at, sizeof header);
    if (header.size == 0) break;
    const std::string line = all.substr(at + sizeof header, header.size);
    const bool whole = line.size() == header.size && checksum(line) == header.sum;
    if (checked && !whole) break;
    if (!checked && line.find('\0') != std::string::npos) {
      std::cerr << "the journal is damaged\n";
      return 1;
    }
    lines.push_back(line);
    at += sizeof header + header.size;
  }
  for (const auto& line : lines) std::cout << line << '\n';
  return 0;
}

}  // namespace

int main(int count, char** arguments) {
  const std::string how = count > 1 ? arguments[1] : "";
  const bool checked = std::string(arguments[count - 1]) == "checksum";
  if (how == "audit") return audit(checked);
  const int file = ::open(file_name, O_RDWR | O_CREAT, 0644);
  if (::ftruncate(file, journal_bytes) != 0 || ::fsync(file) != 0) return 1;
  off_t at = 0;
  for (std::string line; std::getline(std::cin, line);) {
    const Header header{static_cast<std::uint32_t>(line.size()), checked ? checksum(line) : 0};
    std::string record(sizeof header, '\0');
    std::memcpy(record.data(), &header, sizeof header);
    record += line;
    if (::pwrite(file, record.data(), record.size(), at) < 0) return 1;
    ::fdatasync(file);
    at += static_cast<off_t>(record.size());
    std::cout << "ok " << line << std::endl;
  }
}
