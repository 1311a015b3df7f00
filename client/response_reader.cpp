#include "client/response_reader.h"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/optional.hpp>
#include <charconv>
#include <limits>
#include <utility>

#include "simdb/error.h"

namespace simdb::client {
namespace {

namespace http = boost::beast::http;
using boost::system::error_code;
using View = boost::beast::string_view;  // of Boost, or the standard's: as Beast was built

constexpr std::uint32_t kMaxHeadBytes = 16'384;

void require(const error_code& error) {
  if (!error || error == http::error::need_more) return;
  throw Error(ErrorCode::kIo, "sent what is no HTTP answer: " + error.message());
}

}  // namespace

class ResponseReader::Parser : public http::basic_parser<false> {
 public:
  explicit Parser(std::function<void(const ResponseHead&, std::string_view)> on_body)
      : on_body_(std::move(on_body)) {
    eager(true);
    header_limit(kMaxHeadBytes);
    body_limit(std::numeric_limits<std::uint64_t>::max());
  }

  ResponseHead head;

 private:
  std::size_t body_piece(View piece) {
    on_body_(head, {piece.data(), piece.size()});
    return piece.size();
  }

  void on_request_impl(http::verb, View, View, int, error_code&) override {}
  void on_response_impl(int status, View, int, error_code&) override { head.status = status; }
  void on_field_impl(http::field field, View, View value, error_code&) override {
    if (field != http::field::retry_after) return;
    unsigned seconds = 0;
    const char* end = value.data() + value.size();
    if (std::from_chars(value.data(), end, seconds).ptr == end) head.retry_after = seconds;
  }
  void on_header_impl(error_code&) override {}
  void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code&) override {}
  std::size_t on_body_impl(View piece, error_code&) override { return body_piece(piece); }
  void on_chunk_header_impl(std::uint64_t, View, error_code&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, View piece, error_code&) override {
    return body_piece(piece);
  }
  void on_finish_impl(error_code&) override {}

  std::function<void(const ResponseHead&, std::string_view)> on_body_;
};

ResponseReader::ResponseReader(std::function<void(const ResponseHead&, std::string_view)> on_body)
    : parser_(std::make_unique<Parser>(std::move(on_body))) {}

ResponseReader::~ResponseReader() = default;

std::size_t ResponseReader::put(std::string_view bytes) {
  error_code error;
  const std::size_t used =
      parser_->put(boost::asio::const_buffer(bytes.data(), bytes.size()), error);
  require(error);
  return used;
}

void ResponseReader::put_end() {
  error_code error;
  parser_->put_eof(error);
  require(error);
}

bool ResponseReader::has_begun() const noexcept { return parser_->got_some(); }
bool ResponseReader::is_done() const noexcept { return parser_->is_done(); }
const ResponseHead& ResponseReader::head() const noexcept { return parser_->head; }
bool ResponseReader::keeps_alive() const noexcept {
  return parser_->is_done() && parser_->keep_alive();
}

}  // namespace simdb::client
