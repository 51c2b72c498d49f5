// The names that coroutines are written with here, and the only place that decides them. For
// sources in net/ alone: Asio takes seconds to compile. A statement with co_await has no braces, no
// lambda and no ?: (tools/coro_lint.py): GCC 12 destroys their temporaries twice.
#pragma once

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace assay::net {

namespace asio = boost::asio;
using asio::awaitable;
using Strand = asio::strand<asio::io_context::executor_type>;

// In the loop of a session failure is a value: auto [error, bytes] = co_await …(…, use_tuple);
inline constexpr auto use_tuple = asio::as_tuple(asio::use_awaitable);

}  // namespace assay::net
