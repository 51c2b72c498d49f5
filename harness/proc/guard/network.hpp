// The tier of namespaces: a network of the cell's own, which reaches itself only. The guard enters
// it for good, so that every command of the cell is born there, and so that the guard can make
// sockets there for the grader: a socket belongs to the network that it was made in.
#pragma once

#include "system.hpp"
#include "user.hpp"

namespace assay::proc::guard {

// Without root this also enters a user namespace, which is what gives the right to it. Throws
// Failure.
void enter_own_network(const User& user);

// A stream socket, non-blocking, of the internet's families or AF_UNIX. Throws Failure.
Descriptor make_socket(int family);

}  // namespace assay::proc::guard
