// One talk with one subject over the script protocol (docs/protocols.md): what was asked, what
// came, and how it ended. The raw material of every verdict.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "proc/cell.hpp"

namespace assay::grade {

// Operations of one life of what is tested: `setup` makes it anew.
struct Script {
  std::string setup;
  std::vector<std::string> operations;
};

struct Exchange {
  std::string asked;
  std::optional<std::string> answered;  // one printable line
};

struct Conversation {
  std::string name;  // "planned", or "shrunk from 60"
  std::vector<Exchange> exchanges;
  std::string trouble;  // why it did not complete, in plain words; empty if it did
  std::string output;   // the end of what the subject printed
};

// The scripts of a talk: each begins where the setup's verb comes again.
std::vector<Script> scripts_of(const Conversation& talk);

// How a subject is started: the same for our host, a Python file and anybody's program.
struct SubjectSpec {
  std::string exercise;
  int contract_version = 0;
  std::map<std::string, std::filesystem::path> files;  // put into its cell, by name
  std::vector<std::string> argv;                       // "{cell}" stands for the cell's folder
  std::filesystem::path directory;                     // empty: the cell
  std::vector<std::filesystem::path> reach;            // what it may read wherever that lies
  std::string shown_as;                                // ASSAY_FOLDER: where its files come from
  std::map<std::string, std::string> env;
  proc::Limits limits;
  std::chrono::milliseconds silence_limit{10'000};  // without an answer that is due
  std::size_t answer_bytes_max = 200;               // of which more is cut
  std::size_t kept_output_lines = 8;                // of what it prints: the last,
  bool keeps_first_output = false;                  // or the first
  bool interactive = false;  // has the terminal, and all the time in the world: a debugger
};

// Ctrl-C: thrown out of a talk, so that cells end and nothing is written.
struct Interrupted {};

// Has Ctrl-C (or a termination signal) been seen? Installed once by the program.
void note_interruptions();
bool interrupted();
// Throws Interrupted if so.
void heed_interruptions();

// How a script is sent: as one trace, which is quick, or so that each answer is sent as soon as it
// is known, which tells at which operation a subject ends.
enum class Pace { trace, stepwise };

// Talks in a fresh cell. Throws proc::CellError and Interrupted.
Conversation converse(const SubjectSpec& subject, const std::vector<Script>& scripts,
                      std::string name, Pace pace);

}  // namespace assay::grade
