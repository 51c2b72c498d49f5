// The parts of Asio and of Beast that need compiling only once; see cmake/Net.cmake.
#include <boost/asio/impl/src.hpp>
#include <boost/beast/src.hpp>
