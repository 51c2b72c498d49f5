// The part of Asio that needs compiling only once; see cmake/Net.cmake.
#include <boost/asio/impl/src.hpp>
