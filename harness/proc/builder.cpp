#include "proc/builder.hpp"

#include <algorithm>
#include <optional>
#include <stdexcept>

#include <fmt/format.h>

#include "base/text.hpp"
#include "proc/cell.hpp"
#include "proc/files.hpp"

namespace assay::proc {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t sources_max = 64;
constexpr std::size_t sources_bytes_max = 4U << 20;
constexpr std::size_t program_bytes_max = 256U << 20;
constexpr std::size_t messages_bytes_max = 16U << 10;
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

// What every solution is given: the contract, the kit, and the host to link with.
std::map<std::string, fs::path> given_files(const fs::path& root, const fs::path& build_folder,
                                            const std::string& exercise) {
  std::map<std::string, fs::path> given{
      {"lib/libhost.a", build_folder / "lib" / ("libhost_" + exercise + ".a")}};
  for (const auto& entry : fs::directory_iterator(root / "exercises" / exercise)) {
    if (!has_extension(entry, ".hpp")) continue;
    given["include/" + entry.path().filename().string()] = entry.path();
  }
  for (const auto& entry : fs::directory_iterator(root / "exercises" / "kit")) {
    given["include/kit/" + entry.path().filename().string()] = entry.path();
  }
  return given;
}

std::vector<std::string> compile_command(const BuildRequest& request) {
  std::vector<std::string> command{"g++"};
  command.insert(command.end(), compile_flags.begin(), compile_flags.end());
  if (request.for_debugger) command.emplace_back("-O0");
  command.push_back("-ffile-prefix-map=source=" + request.shown_as);
  for (const auto* word : {"-iquote", "include", "-o", "subject"}) command.emplace_back(word);
  for (const auto& [name, content] : request.sources) {
    if (name.ends_with(".cpp")) command.push_back("source/" + name);
  }
  command.emplace_back("lib/libhost.a");
  command.insert(command.end(), link_flags.begin(), link_flags.end());
  return command;
}

// The program, or nothing and the reason in `messages`.
std::optional<std::string> compile(const BuildRequest& request,
                                   const std::map<std::string, fs::path>& given,
                                   const std::vector<std::string>& argv,
                                   const std::function<void()>& pause, std::string& messages) {
  Cell cell;
  for (const auto& [name, content] : request.sources) cell.put("source/" + name, content);
  for (const auto& [name, path] : given) cell.put_copy(name, path);
  Command command;
  command.argv = argv;
  cell.start(command, compiler_limits());
  const auto deadline = std::chrono::steady_clock::now() + compile_limit;
  while (!cell.ending()) {
    pause();
    cell.wait(poll_interval);
    if (std::chrono::steady_clock::now() > deadline) cell.stop();
  }
  messages = cell.output().err;
  if (cell.output().err_bytes > messages.size()) messages += "\n(and more)";
  if (!messages.empty() && messages.back() != '\n') messages += '\n';
  base::replace_all(messages, "source/", request.shown_as + "/");
  if (!cell.ending()->clean()) {
    if (messages.empty()) messages = "the compiler " + cell.ending()->in_words() + "\n";
    return std::nullopt;
  }
  auto program = cell.take("subject", program_bytes_max);
  if (!program) messages += "the compiler left no program that can be used\n";
  return program;
}

void keep(const fs::path& cached, const std::string& program, const std::string& messages,
          const std::string& recipe) {
  fs::create_directories(cached);
  write_atomically(cached / "subject", program, fs::perms(0755));
  write_atomically(cached / "messages", messages, fs::perms(0644));
  write_atomically(cached / "recipe", recipe, fs::perms(0644));  // last: it makes the entry valid
  forget_oldest(cached.parent_path());
}

}  // namespace

bool has_extension(const fs::directory_entry& entry, std::string_view extension) {
  if (entry.path().extension() != extension) return false;
  if (entry.is_symlink()) {
    throw std::runtime_error(
        fmt::format("{} is a symbolic link: put a copy there, since a link could "
                    "lead the grader to what a submission may not read",
                    entry.path().string()));
  }
  return entry.is_regular_file();
}

bool is_source(const fs::directory_entry& entry) {
  return has_extension(entry, ".cpp") || has_extension(entry, ".hpp") || has_extension(entry, ".h");
}

std::map<std::string, std::string> read_sources(const fs::path& path) {
  std::vector<fs::path> files;
  if (!fs::exists(path)) throw std::runtime_error(path.string() + " doesn't exist");
  if (fs::is_directory(path)) {
    for (const auto& entry : fs::directory_iterator(path)) {
      if (is_source(entry)) files.push_back(entry.path());
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
  const auto given = given_files(root_, build_folder_, request.exercise);
  const auto command = compile_command(request);
  const std::string recipe = recipe_of(request, given, base::join(command, " "));
  const fs::path cached = root_ / ".assay" / "subjects" / fmt::format("{:016x}", fnv1a(recipe));

  Build build;
  build.program = cached / "subject";
  build.from_cache = fs::exists(cached / "recipe") && read_file(cached / "recipe") == recipe;
  build.built = build.from_cache;
  if (build.from_cache) {
    build.messages = read_file(cached / "messages");
  } else if (const auto program = compile(request, given, command, pause, build.messages)) {
    keep(cached, *program, build.messages, recipe);
    build.built = true;
  }
  build.took_ms = std::chrono::duration_cast<std::chrono::milliseconds>(
      std::chrono::steady_clock::now() - began);
  return build;
}

}  // namespace assay::proc
