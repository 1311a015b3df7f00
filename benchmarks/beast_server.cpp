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

namespace simdb::bench {
namespace net = boost::asio;
namespace http = boost::beast::http;

struct BeastServer::State {
  explicit State(std::string answer)
      : body(std::move(answer)), acceptor(io, {net::ip::make_address("127.0.0.1"), 0}) {}

  std::string body;
  net::io_context io{1};
  net::ip::tcp::acceptor acceptor;
  std::jthread thread;

  net::awaitable<void> serve(net::ip::tcp::socket socket) {
    boost::system::error_code error;
    boost::beast::flat_buffer buffer;
    while (!error) {
      http::request<http::string_body> request;
      co_await http::async_read(socket, buffer, request,
                                net::redirect_error(net::use_awaitable, error));
      if (error) break;
      http::response<http::string_body> response(http::status::ok, 11, body);
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

BeastServer::BeastServer(std::string body) : state_(std::make_unique<State>(std::move(body))) {
  net::co_spawn(state_->io, state_->accept(), net::detached);
  state_->thread = std::jthread([this] { state_->io.run(); });
}

BeastServer::~BeastServer() { state_->io.stop(); }

std::uint16_t BeastServer::port() const { return state_->acceptor.local_endpoint().port(); }

}  // namespace simdb::bench
