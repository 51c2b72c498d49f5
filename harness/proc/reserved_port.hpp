// A port for a server in a cell. In a network of its own any port is free. In the machine's, it is
// one that nobody uses, that the kernel gives to no outgoing connection, and that no other cell
// takes as long as this object lives, also while its server is down. Movable.
#pragma once

#include <cstdint>

#include "proc/cell.hpp"

namespace assay::proc {

class ReservedPort {
 public:
  // `usual` is what it is in a network of its own. Throws CellError.
  ReservedPort(const Isolation& isolation, std::uint16_t usual);

  std::uint16_t number() const { return number_; }

 private:
  bool reserve(std::uint16_t number);

  std::uint16_t number_;
  net::Descriptor claim_;  // an abstract socket named after the port: gone with this process
};

}  // namespace assay::proc
