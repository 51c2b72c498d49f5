// A cell is where a subject lives: a temporary folder, a guard process, and the strongest isolation
// that this machine gives. Everything that a subject starts or writes ends with its cell, also when
// the grader is killed: the guard notices and cleans up.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "net/descriptor.hpp"

namespace assay::proc {

// What separates a subject from the rest of the machine, from strongest to weakest.
enum class Tier {
  namespaces,  // own PID, mount, IPC and network namespaces; the file system is read-only
  landlock,    // no namespaces: Landlock confines writes to the folder and hides other processes
  processes,   // process group and subreaper only
};

struct Isolation {
  Tier tier = Tier::processes;
  uid_t user = 0;                 // who the subject runs as
  bool own_user = false;          // that user runs nothing else, and owns nothing
  std::vector<std::string> gaps;  // what this tier cannot do here, and why; a sentence each
};

std::string_view name_of(Tier tier);

// Limits of one run. A subject that goes over one is ended, and the Ending says which.
struct Limits {
  std::chrono::seconds cpu{10};                    // of each process
  std::uint64_t memory_bytes = 1ULL << 30;         // resident, of the whole tree, sampled
  std::uint64_t address_space_bytes = 4ULL << 30;  // of each process; 0: unlimited (sanitizers)
  std::uint64_t file_bytes = 64ULL << 20;          // of each file written
  int processes = 64;                              // processes and threads together
  int open_files = 256;                            // of each process, sockets included
  std::size_t kept_output_bytes = 64U << 10;  // of each of stdout and stderr; the rest is counted
  std::uint64_t flood_bytes = 32ULL << 20;    // stdout and stderr together, before it is ended
};

struct Command {
  std::vector<std::string> argv;           // argv[0] is looked up in a fixed PATH
  std::map<std::string, std::string> env;  // in addition to a fixed, minimal environment
  std::filesystem::path directory;         // empty: the cell's folder
  // Files and folders that it must be able to read, wherever they lie (the cell has a /tmp of its
  // own, and its user can't enter every folder). `directory` and argv[0] need not be named.
  std::vector<std::filesystem::path> reach;
  bool channel = false;   // a stream socket, its number in ASSAY_FD
  bool terminal = false;  // inherits stdin, stdout and stderr, no limits (gdb)
};

struct Ending {
  enum class Kind {
    exited,         // code: its exit code
    signalled,      // code: the signal; by kill() too
    out_of_memory,  // went over memory_bytes
    out_of_cpu,     // went over cpu
    flooded,        // went over flood_bytes
    stopped,        // by stop()
    never_started,  // detail says why: argv[0] not found, not executable…
  };
  Kind kind = Kind::exited;
  int code = 0;
  std::string detail;
  std::chrono::milliseconds cpu_ms{0};  // user and system, of everything it started
  std::uint64_t peak_memory_bytes = 0;  // highest sample of the whole tree

  bool clean() const { return kind == Kind::exited && code == 0; }
  std::string in_words() const;  // "crashed: segmentation fault (SIGSEGV)"
};

struct Output {
  std::string out;  // the first kept_output_bytes
  std::string err;
  std::uint64_t out_bytes = 0;  // all that was written
  std::uint64_t err_bytes = 0;
};

// The cell could not be made or used: our machine's fault, never the subject's.
struct CellError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// Not thread-safe; different cells may be used by different threads.
class Cell {
 public:
  // The best tier available here that is no stronger than `strongest` (tests force each).
  // Throws CellError.
  explicit Cell(Tier strongest = Tier::namespaces);
  ~Cell();
  Cell(const Cell&) = delete;
  Cell& operator=(const Cell&) = delete;

  const std::filesystem::path& folder() const;
  const Isolation& isolation() const;

  // Before or after start(): a file in folder(), readable by the subject. `name` may have folders.
  void put(const std::filesystem::path& name, std::string_view content, bool executable = false);
  void put_copy(const std::filesystem::path& name, const std::filesystem::path& from,
                bool executable = false);
  // After the ending: reads a file that the subject wrote, as a plain file only (never through a
  // symbolic link), at most `limit_bytes`; nothing if there is none.
  std::optional<std::string> take(const std::filesystem::path& name, std::size_t limit_bytes) const;

  // Also again, after an end: what the last command left in folder() is what the next one finds.
  // Its network is the same one, its temporary folders are new ones where it has its own.
  void start(const Command& command, const Limits& limits);

  // A stream socket, non-blocking, in the network that the subject has: its own in the tier of
  // namespaces, otherwise the machine's. So the grader can connect to a port of the subject's, or
  // listen where the subject can connect to. From the making of the cell to its end; any thread may
  // call it meanwhile. Fits net::MakeSocket; throws net::NetError, also after kSocketTimeout.
  net::Descriptor make_socket(int family) const;
  static constexpr std::chrono::milliseconds kSocketTimeout{10'000};

  struct Ready {
    bool readable = false;  // channel has data, or its end
    bool writable = false;  // only if asked for
    bool ended = false;     // ending() is set
  };
  // Waits until the channel is ready or the subject has ended, draining stdout and stderr
  // meanwhile.
  Ready wait(std::chrono::milliseconds timeout, bool for_writing = false);
  int channel() const;   // non-blocking; -1 without one
  void close_channel();  // after its end, so that wait() waits for the ending only

  // Memory that everything in the cell holds now; nothing if nothing runs. Throws CellError if the
  // answer takes longer than kMemoryTimeout. Meant for the growth between two readings: the sum of
  //  - resident and swapped-out pages of every process, those of its program and libraries
  //    included; what processes share (libraries, shared mappings) counts once for each;
  //  - the first 10,000 files in folder(), by the blocks that they take, the program's own too;
  //  - in the tier of namespaces, its temporary folders (/tmp, /var/tmp, /dev/shm) and System V
  //    segments, attached or not: what is in there *and* mapped counts twice.
  // Not counted: what the kernel holds for it (pipes, sockets, page tables), shared anonymous
  // pages that no living process has touched, files of folder() that are open but removed, and
  // without namespaces the machine's temporary folders. System V segments without namespaces, and
  // memfd_create anywhere, are refused where system calls can be filtered. The kernel's own
  // figures may lag by some pages a thread.
  std::optional<std::uint64_t> memory_bytes();
  static constexpr std::chrono::milliseconds kMemoryTimeout{5'000};

  // Signals to everything that runs in the cell, sent when these return; nothing happens if nothing
  // runs. Throws CellError after kSignalTimeout.
  void pause();       // SIGSTOP: and all has stopped. Limits, memory_bytes() and the ends go on
  void resume();      // SIGCONT
  void ask_to_end();  // SIGTERM
  static constexpr std::chrono::milliseconds kSignalTimeout{10'000};

  const std::optional<Ending>& ending() const;
  const Output& output() const;
  // kill -9 of everything that runs in the cell, at one stroke: a crash. Otherwise as stop().
  const Ending& kill();
  // Ends everything that runs in the cell; afterwards ending() is set. Idempotent.
  const Ending& stop();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// Whether a cell of this tier can be made here; the reason and the fix if not.
struct TierProbe {
  Tier tier;
  bool available = false;
  std::string reason;
  std::string fix;
};
std::vector<TierProbe> probe_tiers();

// Makes this process unreadable through /proc and ptrace for other processes of the same user.
// A grader calls it once, first of all: not every tier hides it from its subjects.
void harden_this_process();

}  // namespace assay::proc
