// Asks a `simdb serve` about pictures, with Boost.Beast. Needs nothing of simdb.
//
// usage: http_client URL TOKEN_FILE FILE...              what are they?
//        http_client URL TOKEN_FILE --add CLASS FILE...  adds them to a class
//
// Each answer is what the server's OpenAPI document, URL/v1/openapi.json, says.
#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <iterator>
#include <stdexcept>
#include <string>

namespace {

namespace http = boost::beast::http;
using boost::asio::ip::tcp;

std::string read_file(const std::string& name) {
  std::ifstream file(name, std::ios::binary);
  if (!file) throw std::runtime_error("can't read " + name);
  return {std::istreambuf_iterator<char>(file), {}};
}

// As a parameter of an address. Not the '+' of a web form: to simdb a '+' is a plus.
std::string escaped(const std::string& text) {
  std::string result;
  for (const unsigned char c : text) {
    char code[4];
    std::snprintf(code, sizeof code, "%%%02X", c);
    result += code;
  }
  return result;
}

// A server, over one connection that is kept.
class Simdb {
 public:
  Simdb(const std::string& url, std::string token) : token_(std::move(token)), stream_(context_) {
    const std::string scheme = "http://";
    if (url.compare(0, scheme.size(), scheme) != 0) throw std::runtime_error("no http:// " + url);
    host_ = url.substr(scheme.size(), url.find('/', scheme.size()) - scheme.size());
    const std::size_t colon = host_.rfind(':');
    const bool has_port = colon != std::string::npos;
    tcp::resolver resolver(context_);
    stream_.connect(
        resolver.resolve(host_.substr(0, colon), has_port ? host_.substr(colon + 1) : "80"));
  }

  // The JSON that is the answer to an image.
  std::string post_image(const std::string& target, const std::string& image) {
    http::request<http::string_body> request(http::verb::post, target, 11, image);
    request.set(http::field::host, host_);
    request.set(http::field::authorization, "Bearer " + token_);
    request.set(http::field::content_type, "application/octet-stream");
    request.prepare_payload();
    http::write(stream_, request);
    http::response<http::string_body> response;
    http::read(stream_, buffer_, response);
    // An error is a problem document, RFC 9457: {"detail": ..., "code": ..., "request_id": ...}.
    if (response.result_int() >= 400) throw std::runtime_error(response.body());
    return response.body();
  }

 private:
  std::string host_;
  std::string token_;
  boost::asio::io_context context_;
  boost::beast::tcp_stream stream_;
  boost::beast::flat_buffer buffer_;
};

}  // namespace

int main(int argc, char** argv) {
  try {
    const bool adds = argc > 4 && std::string(argv[3]) == "--add";
    if (argc < 4) throw std::runtime_error("http_client URL TOKEN_FILE [--add CLASS] FILE...");
    std::string token = read_file(argv[2]);
    token.erase(token.find_last_not_of("\r\n") + 1);
    Simdb server(argv[1], token);
    for (int i = adds ? 5 : 3; i < argc; ++i) {
      const std::string target =
          adds ? "/v1/items?class=" + escaped(argv[4]) : "/v1/query?k=5&name=" + escaped(argv[i]);
      std::cout << server.post_image(target, read_file(argv[i]));
    }
  } catch (const std::exception& error) {
    std::cerr << "http_client: " << error.what() << '\n';
    return 1;
  }
}
