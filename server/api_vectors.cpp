#include <fmt/format.h>
#include <simdjson.h>

#include <array>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/base64.h"
#include "core/file_io.h"
#include "core/printable.h"
#include "pipeline/analysis_json.h"
#include "server/api_internal.h"
#include "server/ascii.h"
#include "simdb/error.h"
#include "simdb/shipped_encoders.h"

namespace simdb::server {
namespace {

constexpr std::size_t kMostImages = 64;
constexpr std::uint64_t kMostModelBytes = 1UL << 30;
constexpr std::uint64_t kPixelsAtOnce = 4UL << 20;  // that wait for the encoder

using Bytes = std::vector<std::byte>;

// RFC 2397. What kind of image it is its bytes tell.
Bytes image_of(std::string_view uri) {
  constexpr std::string_view kScheme = "data:image/";
  constexpr std::string_view kCoding = ";base64";
  const std::size_t comma = uri.find(',');
  const std::string_view head = uri.substr(0, comma);
  if (comma == std::string_view::npos ||
      !equal_ignoring_case(head.substr(0, kScheme.size()), kScheme) ||
      head.size() < kScheme.size() + kCoding.size() ||
      !equal_ignoring_case(head.substr(head.size() - kCoding.size()), kCoding)) {
    throw Error(ErrorCode::kUsage,
                "an image is a text \"data:image/png;base64,...\", or of its format");
  }
  auto bytes = from_base64(uri.substr(comma + 1));
  if (!bytes)
    throw Error(ErrorCode::kBadInput, "what follows \";base64,\" is no base64 (RFC 4648)");
  return *std::move(bytes);
}

// Encodes images one after the other, but small ones together, so that few are decoded at a time.
class Encoding : public std::enable_shared_from_this<Encoding> {
 public:
  using Done = std::function<void(std::vector<Embedding>)>;

  /// `done` may throw what Call::fail() tells.
  Encoding(Call call, std::vector<Bytes> files, Done done)
      : call_(std::move(call)), files_(std::move(files)), done_(std::move(done)) {}

  // On a worker.
  void go_on() {
    if (found_.size() == files_.size()) return done_(std::move(found_));
    std::vector<Image> images;
    std::uint64_t pixels = 0;
    for (std::size_t next = found_.size(); next < files_.size() && pixels < kPixelsAtOnce; ++next) {
      const Bytes file = std::move(files_[next]);
      const std::string name = files_.size() == 1 ? "the image" : fmt::format("image {}", next);
      Image image = source_image(file, name, call_.service->options().limits).image;
      pixels += static_cast<std::uint64_t>(image.width) * static_cast<std::uint64_t>(image.height);
      images.push_back(std::move(image));
    }
    group_.assign(images.size(), std::nullopt);
    waiting_ = images.size();
    for (std::size_t i = 0; i < images.size(); ++i) {
      call_.service->encoder().encode(
          std::move(images[i]), [self = shared_from_this(), i](const Embedding* embedding,
                                                               const std::exception_ptr& failure) {
            self->take(i, embedding, failure);
          });
    }
  }

 private:
  void take(std::size_t place, const Embedding* embedding, const std::exception_ptr& failure) {
    {
      const std::lock_guard lock(mutex_);
      if (embedding != nullptr) {
        group_[place] = *embedding;
      } else if (!failure_) {
        failure_ = failure;
      }
      if (--waiting_ > 0) return;
    }
    if (failure_) return call_.fail(failure_);
    for (std::optional<Embedding>& entry : group_) {
      if (entry) found_.push_back(*std::move(entry));
    }
    call_.service->workers().go_on(
        [self = shared_from_this()] { self->call_.guard([&] { self->go_on(); }); });
  }

  const Call call_;
  std::vector<Bytes> files_;
  const Done done_;
  std::vector<Embedding> found_;
  std::mutex mutex_;
  std::size_t waiting_ = 0;
  std::vector<std::optional<Embedding>> group_;
  std::exception_ptr failure_;
};

void encode_all(const Call& call, std::vector<Bytes> files, Encoding::Done done) {
  std::make_shared<Encoding>(call, std::move(files), std::move(done))->go_on();
}

// One of two that are compared.
struct Subject {
  std::string name = "image";
  Bytes image = {};  // or
  std::optional<Embedding> embedding = std::nullopt;
};

Subject subject_of(const simdjson::dom::object& body, std::string_view name,
                   const Gallery& gallery) {
  simdjson::dom::element value;
  std::string_view uri;
  simdjson::dom::object object;
  if (body[name].get(value) == simdjson::SUCCESS) {
    if (value.get(uri) == simdjson::SUCCESS) return {.image = image_of(uri)};
    if (value.get(object) == simdjson::SUCCESS && object.size() == 1) {
      std::uint64_t id = 0;
      if (object["id"].get(id) == simdjson::SUCCESS) {
        auto embedding = gallery.embedding(ItemId{id});
        if (!embedding) throw Error(ErrorCode::kNotFound, fmt::format("there is no item {}", id));
        return {.name = std::to_string(id), .embedding = std::move(embedding)};
      }
      simdjson::dom::element list;
      if (object["vector"].get(list) == simdjson::SUCCESS) {
        return {.name = "vector", .embedding = vector_of(list, gallery.dimension())};
      }
    }
  }
  throw Error(ErrorCode::kUsage,
              fmt::format("\"{}\" is an image (\"data:image/png;base64,...\"), {{\"id\": ...}} or "
                          "{{\"vector\": [...]}}",
                          name));
}

// The images of "input".
std::vector<Bytes> input_of(const simdjson::dom::object& body) {
  simdjson::dom::element input;
  std::string_view uri;
  simdjson::dom::array list;
  std::vector<Bytes> files;
  if (body["input"].get(input) == simdjson::SUCCESS) {
    if (input.get(uri) == simdjson::SUCCESS) {
      files.push_back(image_of(uri));
    } else if (input.get(list) == simdjson::SUCCESS && list.size() <= kMostImages) {
      for (const simdjson::dom::element entry : list) {
        if (entry.get(uri) != simdjson::SUCCESS) break;
        files.push_back(image_of(uri));
      }
      if (files.size() < list.size()) files.clear();
    }
  }
  if (!files.empty()) return files;
  throw Error(ErrorCode::kUsage,
              fmt::format("\"input\" is an image, \"data:image/png;base64,...\", or a list of 1 to "
                          "{} of them",
                          kMostImages));
}

// A field that is a text where it is there.
std::optional<std::string> text_of(const simdjson::dom::object& body, std::string_view name) {
  simdjson::dom::element value;
  if (body[name].get(value) != simdjson::SUCCESS) return std::nullopt;
  std::string_view text;
  if (value.get(text) == simdjson::SUCCESS) return std::string(text);
  throw Error(ErrorCode::kUsage, fmt::format("\"{}\" is a text", name));
}

bool is_encoder(const std::string& model, const std::string& fingerprint) {
  if (model == fingerprint) return true;
  for (const ShippedEncoder& shipped : shipped_encoders()) {
    if (shipped.name != model) continue;
    const std::filesystem::path file = shipped_encoder_path(shipped.name);
    return std::filesystem::exists(file) &&
           to_hex(sha256(read_file(file, kMostModelBytes))) == fingerprint;
  }
  return false;
}

std::string embedding_json(const Embedding& embedding, std::size_t index, bool as_base64) {
  std::string json = fmt::format(R"({{"object":"embedding","index":{},"embedding":)", index);
  if (as_base64) {
    json += '"' + to_base64(std::as_bytes(embedding.values())) + '"';
  } else {
    json += fmt::format("[{}]", fmt::join(embedding.values(), ","));
  }
  return json + '}';
}

}  // namespace

void handle_compare(const Call& call) {
  const simdjson::dom::object body = json_reader().read_object(call.request->body);
  require_fields(body, {"a", "b"});
  const Gallery& gallery = call.service->database().gallery();
  auto pair = std::make_shared<std::array<Subject, 2>>(
      std::array{subject_of(body, "a", gallery), subject_of(body, "b", gallery)});
  std::vector<Bytes> files;
  for (Subject& subject : *pair) {
    if (!subject.embedding) files.push_back(std::move(subject.image));
  }
  encode_all(call, std::move(files), [call, pair](const std::vector<Embedding>& found) {
    auto next = found.begin();
    for (Subject& subject : *pair) {
      if (!subject.embedding) subject.embedding = *next++;
    }
    const auto& [a, b] = *pair;
    call.reply(
        comparison_json(a.name, b.name, similarity(a.embedding->values(), b.embedding->values())));
  });
}

void handle_embeddings(const Call& call) {
  const simdjson::dom::object body = json_reader().read_object(call.request->body);
  require_fields(body, {"input", "model", "encoding_format"});
  const std::string format = text_of(body, "encoding_format").value_or("float");
  if (format != "float" && format != "base64") {
    throw Error(ErrorCode::kUsage, "\"encoding_format\" is \"float\" or \"base64\"");
  }
  const std::string& fingerprint = call.service->database().gallery().encoder_fingerprint();
  if (const auto model = text_of(body, "model"); model && !is_encoder(*model, fingerprint)) {
    throw Error(ErrorCode::kNotFound,
                fmt::format("there is no model '{}' here; leave it out or ask for '{}'",
                            printable(*model), fingerprint));
  }
  encode_all(
      call, input_of(body),
      [call, fingerprint, as_base64 = format == "base64"](const std::vector<Embedding>& found) {
        std::string json = R"({"object":"list","data":[)";
        for (std::size_t i = 0; i < found.size(); ++i) {
          if (i > 0) json += ',';
          json += embedding_json(found[i], i, as_base64);
        }
        call.reply(json + R"(],"model":")" + fingerprint +
                   R"(","usage":{"prompt_tokens":0,"total_tokens":0}})");
      });
}

}  // namespace simdb::server
