#include "benchmarks/beast_server.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <thread>
#include <utility>
#include <vector>

namespace simdb::bench {
namespace net = boost::asio;
namespace http = boost::beast::http;

struct BeastServer::State {
  State(std::function<std::string(const std::string&)> make_answer, std::size_t count)
      : answer(std::move(make_answer)),
        io(static_cast<int>(count)),
        acceptor(io, {net::ip::make_address("127.0.0.1"), 0}) {
    net::co_spawn(io, accept(), net::detached);
    for (std::size_t i = 0; i < count; ++i) threads.emplace_back([this] { io.run(); });
  }

  std::function<std::string(const std::string&)> answer;
  net::io_context io;
  net::ip::tcp::acceptor acceptor;
  std::vector<std::jthread> threads;

  net::awaitable<void> serve(net::ip::tcp::socket socket) {
    boost::system::error_code error;
    boost::beast::flat_buffer buffer;
    while (!error) {
      http::request<http::string_body> request;
      co_await http::async_read(socket, buffer, request,
                                net::redirect_error(net::use_awaitable, error));
      if (error) break;
      http::response<http::string_body> response(http::status::ok, 11, answer(request.body()));
      response.set(http::field::content_type, "application/json");
      response.prepare_payload();
      co_await http::async_write(socket, response, net::redirect_error(net::use_awaitable, error));
    }
  }

  net::awaitable<void> accept() {
    boost::system::error_code error;
    while (!error) {
      net::ip::tcp::socket socket =
          co_await acceptor.async_accept(net::redirect_error(net::use_awaitable, error));
      if (error) break;
      socket.set_option(net::ip::tcp::no_delay(true));
      net::co_spawn(io, serve(std::move(socket)), net::detached);
    }
  }
};

BeastServer::BeastServer(std::function<std::string(const std::string&)> answer, std::size_t threads)
    : state_(std::make_unique<State>(std::move(answer), threads)) {}

BeastServer::~BeastServer() { state_->io.stop(); }

std::uint16_t BeastServer::port() const { return state_->acceptor.local_endpoint().port(); }

}  // namespace simdb::bench
