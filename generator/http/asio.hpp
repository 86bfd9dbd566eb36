// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/basic_stream.hpp>
#include <boost/beast/http.hpp>

// Private to the server: short names for what it uses of Boost.Asio and Boost.Beast.
namespace dgx::http {

namespace net = boost::asio;
namespace beast = boost::beast;
namespace wire = boost::beast::http;
using boost::system::error_code;

template <typename T>
using Awaitable = net::awaitable<T>;
using Socket = net::generic::stream_protocol::socket;
using Stream = beast::basic_stream<net::generic::stream_protocol>;
constexpr auto kAsTuple = net::as_tuple(net::use_awaitable);

}  // namespace dgx::http
