#include "proc/builder.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <stdexcept>

#include <fmt/format.h>

#include "base/text.hpp"
#include "proc/cell.hpp"

namespace assay::proc {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t sources_max = 64;
constexpr std::size_t sources_bytes_max = 4U << 20;
constexpr std::size_t program_bytes_max = 256U << 20;
constexpr std::size_t messages_bytes_max = 64U << 10;
constexpr std::size_t cached_programs_max = 200;
constexpr std::chrono::seconds compile_limit{120};
constexpr std::chrono::milliseconds poll_interval{50};

// The recorded flags of every solution. Warnings are shown, and are the solution's own business.
const std::vector<std::string> compile_flags{"-std=c++20", "-O2",     "-g",
                                             "-Wall",      "-Wextra", "-Wno-unused-parameter"};
const std::vector<std::string> link_flags{"-pthread"};

Limits compiler_limits() {
  Limits limits;
  limits.cpu = compile_limit;
  limits.memory_bytes = 3ULL << 30;
  limits.address_space_bytes = 8ULL << 30;
  limits.file_bytes = program_bytes_max;
  limits.kept_output_bytes = messages_bytes_max;
  return limits;
}

std::string read_file(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::string content{std::istreambuf_iterator<char>(file), {}};
  if (!file) {
    throw std::runtime_error(fmt::format("can't read {}: {}", path.string(), std::strerror(errno)));
  }
  return content;
}

bool is_source(const fs::path& path) {
  const std::string extension = path.extension();
  return extension == ".cpp" || extension == ".hpp" || extension == ".h";
}

// Everything that decides what a build makes: compared byte by byte, so that no two can be
// confused.
std::string recipe_of(const BuildRequest& request, const std::map<std::string, fs::path>& given,
                      const std::string& command) {
  std::string recipe = request.shown_as + '\n' + command + '\n';
  const auto add = [&](const std::string& name, const std::string& content) {
    recipe += fmt::format("{} {}\n", name, content.size()) + content;
  };
  for (const auto& [name, content] : request.sources) add(name, content);
  for (const auto& [name, path] : given) add(name, read_file(path));
  return recipe;
}

std::uint64_t fnv1a(std::string_view text) {
  std::uint64_t hash = 0xcbf29ce484222325ULL;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
  return hash;
}

void replace_all(std::string& text, const std::string& from, const std::string& to) {
  for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
}

void write_atomically(const fs::path& path, std::string_view content, fs::perms mode) {
  const fs::path draft = path.string() + fmt::format(".{}", ::getpid());
  std::ofstream(draft, std::ios::binary) << content;
  fs::permissions(draft, mode);
  fs::rename(draft, path);
}

void forget_oldest(const fs::path& cache) {
  std::vector<std::pair<fs::file_time_type, fs::path>> programs;
  for (const auto& entry : fs::directory_iterator(cache)) {
    programs.emplace_back(entry.last_write_time(), entry.path());
  }
  std::sort(programs.begin(), programs.end());
  for (std::size_t i = 0; i + cached_programs_max < programs.size(); ++i) {
    fs::remove_all(programs[i].second);
  }
}

}  // namespace

std::map<std::string, std::string> read_sources(const fs::path& path) {
  std::vector<fs::path> files;
  if (!fs::exists(path)) throw std::runtime_error(path.string() + " doesn't exist");
  if (fs::is_directory(path)) {
    for (const auto& entry : fs::directory_iterator(path)) {
      if (entry.is_regular_file() && is_source(entry.path())) files.push_back(entry.path());
    }
  } else {
    files.push_back(path);
  }
  const bool any = std::any_of(files.begin(), files.end(),
                               [](const fs::path& file) { return file.extension() == ".cpp"; });
  if (!any) throw std::runtime_error(path.string() + " has no .cpp file");
  if (files.size() > sources_max) {
    throw std::runtime_error(fmt::format("{} has more than {} files", path.string(), sources_max));
  }
  std::map<std::string, std::string> sources;
  std::size_t bytes = 0;
  for (const auto& file : files) {
    bytes += fs::file_size(file);
    if (bytes > sources_bytes_max) {
      throw std::runtime_error(fmt::format("the sources in {} are larger than {} MB", path.string(),
                                           sources_bytes_max >> 20U));
    }
    sources[file.filename()] = read_file(file);
  }
  return sources;
}

Builder::Builder(fs::path root, fs::path build_folder)
    : root_(std::move(root)), build_folder_(std::move(build_folder)) {}

Build Builder::build(const BuildRequest& request, const std::function<void()>& pause) {
  const auto began = std::chrono::steady_clock::now();
  std::map<std::string, fs::path> given{
      {"include/api.hpp", root_ / "exercises" / request.exercise / "api.hpp"},
      {"lib/libhost.a", build_folder_ / "lib" / ("libhost_" + request.exercise + ".a")}};
  for (const auto& entry : fs::directory_iterator(root_ / "exercises" / "kit")) {
    given["include/kit/" + entry.path().filename().string()] = entry.path();
  }
  std::vector<std::string> compile{"g++"};
  compile.insert(compile.end(), compile_flags.begin(), compile_flags.end());
  for (const auto* flag : {"-iquote", "include", "-o", "subject"}) compile.emplace_back(flag);
  for (const auto& [name, content] : request.sources) {
    if (name.ends_with(".cpp")) compile.push_back("source/" + name);
  }
  compile.emplace_back("lib/libhost.a");
  compile.insert(compile.end(), link_flags.begin(), link_flags.end());

  Build build;
  build.command = base::join(compile, " ");
  const std::string recipe = recipe_of(request, given, build.command);
  const fs::path cached = root_ / ".assay" / "subjects" / fmt::format("{:016x}", fnv1a(recipe));
  build.program = cached / "subject";
  const auto finish = [&](bool built) {
    build.built = built;
    build.took_ms = std::chrono::duration_cast<std::chrono::milliseconds>(
        std::chrono::steady_clock::now() - began);
    return build;
  };
  if (fs::exists(cached / "recipe") && read_file(cached / "recipe") == recipe) {
    build.from_cache = true;
    build.messages = read_file(cached / "messages");
    return finish(true);
  }

  Cell cell;
  for (const auto& [name, content] : request.sources) cell.put("source/" + name, content);
  for (const auto& [name, path] : given) cell.put_copy(name, path);
  const std::string source_folder = (cell.folder() / "source").string();
  compile.push_back("-ffile-prefix-map=" + source_folder + "=" + request.shown_as);
  compile.push_back("-ffile-prefix-map=source=" + request.shown_as);
  Command command;
  command.argv = compile;
  cell.start(command, compiler_limits());
  const auto deadline = began + compile_limit;
  while (!cell.ending()) {
    pause();
    cell.wait(poll_interval);
    if (std::chrono::steady_clock::now() > deadline) cell.stop();
  }
  build.messages = cell.output().err;
  replace_all(build.messages, source_folder, request.shown_as);
  replace_all(build.messages, "source/", request.shown_as + "/");
  if (!cell.ending()->clean()) {
    if (build.messages.empty()) build.messages = "the compiler " + cell.ending()->in_words() + "\n";
    return finish(false);
  }
  const auto program = cell.take("subject", program_bytes_max);
  if (!program) throw CellError("the compiler ended well, but there is no program");

  fs::create_directories(cached);
  write_atomically(build.program, *program, fs::perms(0755));
  write_atomically(cached / "messages", build.messages, fs::perms(0644));
  write_atomically(cached / "recipe", recipe, fs::perms(0644));
  forget_oldest(cached.parent_path());
  return finish(true);
}

}  // namespace assay::proc
