// Stream sockets that listen and connect, for event loops of one's own. What speaks HTTP is built
// on Asio, elsewhere in this folder. Thread-safe.
#pragma once

#include <functional>
#include <stdexcept>

#include "net/descriptor.hpp"
#include "net/endpoint.hpp"

namespace assay::net {

// What was attempted, and why it failed: "listen on 127.0.0.1:80: Permission denied".
struct NetError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// A stream socket of a family, non-blocking and closed on exec. A socket belongs to the network
// that it was made in, so whoever makes them decides which network that is: a subject has one of
// its own.
using MakeSocket = std::function<Descriptor(int family)>;
Descriptor make_socket(int family);  // in this process's network; throws NetError

// Throws NetError. A unix socket's file must not be there yet.
Descriptor listen_on(const Endpoint& endpoint, int backlog, const MakeSocket& make = make_socket);
Endpoint endpoint_of(int listener);

// Begins to connect; once the socket is writable, pending_error() says how it went (0: it is
// connected). Throws NetError if it could not even begin.
Descriptor begin_connecting(const Endpoint& endpoint, const MakeSocket& make = make_socket);
int pending_error(int socket);

}  // namespace assay::net
