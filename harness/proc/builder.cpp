#include "proc/builder.hpp"

#include <algorithm>
#include <memory>
#include <optional>
#include <stdexcept>
#include <thread>

#include <fmt/format.h>

#include "base/text.hpp"
#include "proc/cell.hpp"
#include "proc/files.hpp"

namespace assay::proc {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t sources_max = 64;
constexpr std::size_t sources_bytes_max = 4U << 20;
constexpr std::size_t product_bytes_max = 256U << 20;
constexpr std::size_t messages_bytes_max = 16U << 10;
constexpr std::chrono::seconds compile_limit{120};
constexpr std::chrono::milliseconds build_poll_interval{5};

using Words = std::vector<std::string>;
using Files = std::map<std::string, fs::path>;

// The recorded flags of every solution. Warnings are shown, and are the solution's own business.
const Words compile_flags{"-std=c++20", "-g", "-Wall", "-Wextra", "-Wno-unused-parameter"};

// Beside the flags of all, for objects and for programs.
struct FlavourFlags {
  std::string library;  // the host's, after its exercise
  Words compile;
  Words link;
};

const FlavourFlags& flags_of(Flavour flavour) {
  static const Words sanitize_addresses{"-O1", "-fno-omit-frame-pointer",
                                        "-fsanitize=address,undefined"};
  static const std::map<Flavour, FlavourFlags> all{
      {Flavour::plain, {"", {"-O2"}, {}}},
      {Flavour::debugger, {"", {"-O0"}, {}}},
      // The scheduler takes the place of the sanitizer's library.
      {Flavour::scheduled, {"_scheduled", {"-O1", "-fsanitize=thread"}, {}}},
      {Flavour::threads, {"_thread", {"-O1", "-fsanitize=thread"}, {"-fsanitize=thread"}}},
      {Flavour::addresses, {"_address", sanitize_addresses, {"-fsanitize=address,undefined"}}},
      {Flavour::http, {"_http", {"-O2"}, {}}}};
  return all.at(flavour);
}

Limits compiler_limits() {
  Limits limits;
  limits.cpu = compile_limit;
  limits.memory_bytes = 3ULL << 30;
  limits.address_space_bytes = 8ULL << 30;
  limits.file_bytes = product_bytes_max;
  limits.kept_output_bytes = messages_bytes_max;
  return limits;
}

// One run of the compiler in a cell of its own: a source to an object, or objects to a program.
struct Recipe {
  Words argv;
  std::map<std::string, std::string> texts;  // files of the submission, by name
  Files files;                               // ours, by name
  std::string product;                       // the name of what it makes
  std::string shown_as;
};

std::string in_full(const Recipe& recipe) {
  std::string text = recipe.shown_as + '\n' + base::join(recipe.argv, " ") + '\n';
  const auto add = [&](const std::string& name, const std::string& content) {
    text += fmt::format("{} {}\n", name, content.size()) + content;
  };
  for (const auto& [name, content] : recipe.texts) add(name, content);
  for (const auto& [name, path] : recipe.files) add(name, read_file(path));
  return text;
}

class CompilerRun {
 public:
  explicit CompilerRun(const Recipe& recipe) : recipe_(recipe) {
    for (const auto& [name, content] : recipe.texts) cell_.put(name, content);
    for (const auto& [name, path] : recipe.files) cell_.put_copy(name, path);
    Command command;
    command.argv = recipe.argv;
    cell_.start(command, compiler_limits());
  }

  bool ended() {
    cell_.wait(build_poll_interval);
    if (!cell_.ending() && std::chrono::steady_clock::now() > deadline_) cell_.stop();
    return cell_.ending().has_value();
  }

  // What was made, or nothing and the reason in `messages`.
  std::optional<std::string> product(std::string& messages) const {
    messages = cell_.output().err;
    if (cell_.output().err_bytes > messages.size()) messages += "\n(and more)";
    if (!messages.empty() && messages.back() != '\n') messages += '\n';
    base::replace_all(messages, "source/", recipe_.shown_as + "/");
    if (!cell_.ending()->clean()) {
      if (messages.empty()) messages = "the compiler " + cell_.ending()->in_words() + "\n";
      return std::nullopt;
    }
    auto made = cell_.take(recipe_.product, product_bytes_max);
    if (!made) messages += "the compiler left no program that can be used\n";
    return made;
  }

 private:
  const Recipe& recipe_;
  Cell cell_;
  const std::chrono::steady_clock::time_point deadline_ =
      std::chrono::steady_clock::now() + compile_limit;
};

struct Made {
  bool all = true;  // else `messages` says why not
  bool from_cache = true;
  std::vector<fs::path> products;
  std::string messages;
};

// Makes what isn't in the cache, as many at once as there are processors.
Made make(const std::vector<Recipe>& recipes, const BuildCache& cache,
          const std::function<void()>& pause) {
  std::vector<BuildCache::Entry> entries(recipes.size());
  Made made;
  std::vector<std::size_t> missing;
  for (std::size_t i = 0; i < recipes.size(); ++i) {
    if (auto entry = cache.find(in_full(recipes[i]))) {
      entries[i] = std::move(*entry);
    } else {
      missing.push_back(i);
    }
  }
  made.from_cache = missing.empty();
  const std::size_t at_once = std::max(1U, std::thread::hardware_concurrency());
  std::map<std::size_t, std::unique_ptr<CompilerRun>> running;
  for (auto next = missing.begin(); next != missing.end() || !running.empty();) {
    pause();
    for (; next != missing.end() && running.size() < at_once; ++next) {
      running[*next] = std::make_unique<CompilerRun>(recipes[*next]);
    }
    std::erase_if(running, [&](auto& numbered) {
      auto& [i, run] = numbered;
      if (!run->ended()) return false;
      const auto product = run->product(entries[i].messages);
      made.all = made.all && product;
      if (product) entries[i] = cache.keep(in_full(recipes[i]), *product, entries[i].messages);
      return true;
    });
  }
  for (auto& entry : entries) {
    made.products.push_back(std::move(entry.product));
    made.messages += entry.messages;
  }
  return made;
}

Recipe object_recipe(const BuildRequest& request, const std::string& source,
                     const Files& contract) {
  Recipe recipe{{"g++"}, {}, contract, "object.o", request.shown_as};
  const auto& own = flags_of(request.flavour).compile;
  recipe.argv.insert(recipe.argv.end(), compile_flags.begin(), compile_flags.end());
  recipe.argv.insert(recipe.argv.end(), own.begin(), own.end());
  recipe.argv.push_back("-ffile-prefix-map=source=" + request.shown_as);
  for (const auto* word : {"-iquote", "include", "-o", "object.o", "-c"}) {
    recipe.argv.emplace_back(word);
  }
  recipe.argv.push_back("source/" + source);
  for (const auto& [name, content] : request.sources) {
    if (name == source || !name.ends_with(".cpp")) recipe.texts["source/" + name] = content;
  }
  return recipe;
}

Recipe program_recipe(const BuildRequest& request, const std::vector<fs::path>& objects,
                      const fs::path& host) {
  Recipe recipe{{"g++", "-o", "subject"}, {}, {}, "subject", request.shown_as};
  for (const auto& object : objects) {
    const std::string name = fmt::format("{}.o", recipe.files.size());
    recipe.argv.push_back(name);
    recipe.files[name] = object;
  }
  recipe.files["libhost.a"] = host;
  // The whole of it: a solution that defines something of the host's doesn't take its place, but
  // doesn't link.
  for (const auto* word :
       {"-Wl,--whole-archive", "libhost.a", "-Wl,--no-whole-archive", "-pthread", "-latomic"}) {
    recipe.argv.emplace_back(word);
  }
  const auto& own = flags_of(request.flavour).link;
  recipe.argv.insert(recipe.argv.end(), own.begin(), own.end());
  for (const auto& library : request.libraries) recipe.argv.push_back("-l" + library);
  return recipe;
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
    : root_(std::move(root)),
      build_folder_(std::move(build_folder)),
      cache_(root_ / ".assay" / "subjects") {}

// What every solution is given to include.
Builder::Files Builder::contract_of(const std::string& exercise) const {
  Files given;
  const auto give = [&](const fs::path& folder, const std::string& prefix) {
    for (const auto& entry : fs::directory_iterator(folder)) {
      if (entry.path().extension() != ".hpp") continue;
      given[prefix + entry.path().filename().string()] = entry.path();
    }
  };
  give(root_ / "exercises" / exercise, "include/");
  give(root_ / "exercises" / "kit", "include/kit/");
  return given;
}

fs::path Builder::host_of(const BuildRequest& request) const {
  return build_folder_ / "lib" /
         fmt::format("libhost_{}{}.a", request.exercise, flags_of(request.flavour).library);
}

Build Builder::build(const BuildRequest& request, const std::function<void()>& pause) {
  const auto began = std::chrono::steady_clock::now();
  const auto contract = contract_of(request.exercise);
  std::vector<Recipe> recipes;
  for (const auto& [name, content] : request.sources) {
    if (name.ends_with(".cpp")) recipes.push_back(object_recipe(request, name, contract));
  }
  const Made objects = make(recipes, cache_, pause);
  Build build;
  build.messages = objects.messages;
  if (objects.all) {
    const Made program =
        make({program_recipe(request, objects.products, host_of(request))}, cache_, pause);
    build.built = program.all;
    build.from_cache = objects.from_cache && program.from_cache;
    build.program = program.products.front();
    build.messages += program.messages;
  }
  build.took_ms = std::chrono::duration_cast<std::chrono::milliseconds>(
      std::chrono::steady_clock::now() - began);
  return build;
}

}  // namespace assay::proc
