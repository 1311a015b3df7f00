#pragma once

#include <gmock/gmock.h>

#include <filesystem>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "server/listen_socket.h"
#include "server/service.h"
#include "simdb/image_codec.h"
#include "tests/server/toy_server.h"
#include "tests/support/first_pixel_encoder.h"
#include "tests/support/images.h"
#include "tests/support/temporary_folder.h"

namespace simdb::server {

namespace fs = std::filesystem;
using nlohmann::json;
using test::HttpAnswer;
using test::HttpClient;
using testing::HasSubstr;
using testing::Not;

inline constexpr const char* kWriting = "writing-writing-writing";
inline constexpr const char* kReading = "reading-reading-reading";

inline OpenOptions with_encoder(OpenMode mode) {
  return {.mode = mode, .encoder_loader = [](auto /*model*/, const std::string& fingerprint) {
            return std::make_shared<test::FirstPixelEncoder>(fingerprint);
          }};
}

inline std::string picture(std::uint8_t red, std::uint8_t green, std::uint8_t blue) {
  const auto bytes = encode_png(test::solid_image(4, 4, {red, green, blue}));
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

inline std::string type_of(BodyKind kind) {
  return kind == BodyKind::kImage   ? "image/png"
         : kind == BodyKind::kLines ? "application/x-ndjson"
                                    : "application/json";
}

/// A path of the route: {id} is 1.
inline std::string path_of(const Route& route) {
  std::string path(route.path);
  if (const auto begin = path.find("{id}"); begin != std::string::npos) path.replace(begin, 4, "1");
  return path;
}

/// A service over an empty database whose encoder goes by the first pixel, behind HTTP.
class ServiceTest : public testing::Test {
 protected:
  ServiceTest() : path_(folder_ / "the-folder-of-the-database") {
    {
      Database::create(path_, std::as_bytes(std::span("model")), 16);
    }
    begin(OpenMode::kReadWrite);
  }
  ~ServiceTest() override { end(); }

  void begin(OpenMode mode) {
    database_.emplace(Database::open(path_, with_encoder(mode)));
    ServiceOptions options{.folder = path_, .read_only = mode == OpenMode::kReadOnly, .threads = 2};
    options.view = [this] { return Database::open(path_, with_encoder(OpenMode::kReadOnly)); };
    options.log = [this](std::string_view line) {
      const std::lock_guard lock(log_mutex_);
      log_.emplace_back(line);
    };
    service_ = std::make_unique<Service>(*database_, tokens_, std::move(options));
    service_->start();
    std::vector<ListenSocket> sockets = listen_on("127.0.0.1:0");
    port_ = sockets.front().port();
    http_ = std::make_unique<HttpServer>(*service_, std::move(sockets), std::vector<std::string>());
    thread_ = std::thread([this] {
      http_->run([this] {
        if (http_->is_stopping()) service_->begin_stop();
        return false;
      });
    });
  }
  void end() {
    service_->begin_stop();
    http_->stop();
    thread_.join();
    service_->finish();
    http_.reset();
    service_.reset();
    database_.reset();
    for (const std::string& answer : answers_) {
      EXPECT_THAT(answer, Not(HasSubstr("the-folder"))) << "no path leaves the server";
    }
  }

  HttpAnswer ask(const std::string& method, const std::string& target, const std::string& body = {},
                 const std::string& type = "application/json", const std::string& token = kWriting,
                 const std::string& more = {}) {
    HttpClient client(port_);
    std::string fields = more;
    if (!token.empty()) fields += "Authorization: Bearer " + token + "\r\n";
    if (!body.empty() && !type.empty()) fields += "Content-Type: " + type + "\r\n";
    HttpAnswer answer = client.ask(method, target, body, fields).value_or(HttpAnswer{});
    answers_.push_back(answer.body);
    if (answer.status >= 400 && method != "HEAD") {
      const json problem = json::parse(answer.body, nullptr, false);
      EXPECT_EQ(problem.value("status", 0), answer.status) << method << target << answer.body;
      EXPECT_EQ(answer.field("content-type"), "application/problem+json");
      EXPECT_EQ(problem.value("request_id", ""), answer.field("x-request-id"));
    }
    return answer;
  }
  HttpAnswer add(const std::string& class_name, const std::string& image) {
    std::string encoded;
    for (const char c : class_name) {
      constexpr std::string_view kDigits = "0123456789ABCDEF";
      const auto byte = static_cast<unsigned char>(c);
      encoded += std::string("%") + kDigits[byte / 16] + kDigits[byte % 16];
    }
    return ask("POST", "/v1/items?class=" + encoded, image, "image/png");
  }
  /// A request that suits the route but for what is asked.
  HttpAnswer ask_route(const Route& route, const std::string& token) {
    const std::string body = route.body == BodyKind::kImage  ? picture(9, 9, 9)
                             : route.body == BodyKind::kNone ? ""
                                                             : "{}";
    return ask(std::string(route.method), path_of(route), body, type_of(route.body), token);
  }

  test::TemporaryFolder folder_;
  const fs::path path_;
  Tokens tokens_{kWriting, kReading};
  std::mutex log_mutex_;
  std::vector<std::string> log_;
  std::optional<Database> database_;
  std::unique_ptr<Service> service_;
  std::uint16_t port_ = 0;
  std::unique_ptr<HttpServer> http_;
  std::thread thread_;
  std::vector<std::string> answers_;
};

}  // namespace simdb::server
