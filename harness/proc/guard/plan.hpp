// What a supervisor needs to know to run one command.
#pragma once

#include <string>

#include "proc/cell.hpp"
#include "user.hpp"

namespace assay::proc::guard {

struct Plan {
  Tier tier = Tier::processes;
  const User* user = nullptr;
  std::string folder;
  bool trial = false;  // set everything up, and end before the command is started
  Command command;
  Limits limits;
  // The subject's stdin, stdout, stderr and channel; -1: /dev/null, or no channel.
  int in = -1;
  int out = -1;
  int err = -1;
  int channel = -1;
};

}  // namespace assay::proc::guard
