#include "pipeline/formats/import_lines.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <nlohmann/json.hpp>

#include "core/class_name.h"
#include "core/printable.h"
#include "pipeline/formats/export_format.h"
#include "pipeline/formats/item_json.h"
#include "pipeline/formats/metadata_json.h"
#include "simdb/digest.h"
#include "simdb/error.h"

namespace simdb {
namespace {

using Json = nlohmann::json;

constexpr const char* kBlanks = " \t\r";

[[noreturn]] void refuse(const std::string& why) { throw Error(ErrorCode::kBadInput, why); }

// nlohmann's words are about its own types. It passes over a byte order mark itself.
Json parse_line(const std::string& text) {
  try {
    Json line = Json::parse(text);
    if (line.is_object()) return line;
  } catch (const Json::parse_error& e) {
    refuse(fmt::format("it is no JSON from byte {} on", e.byte));
  } catch (const Json::exception&) {
    refuse("a number in it is too large");
  }
  refuse("it is no JSON object, {\"name\": value, ...}");
}

const Json& field(const Json& line, const char* name) {
  const auto found = line.find(name);
  if (found == line.end()) refuse(fmt::format("it has no \"{}\"", name));
  return *found;
}

std::string text(const Json& line, const char* name) {
  const Json& value = field(line, name);
  if (!value.is_string()) refuse(fmt::format("its \"{}\" is no text", name));
  return value.get<std::string>();
}

// nlohmann's conversions would turn 28.7 into 28, -1 into 4,294,967,295 and, below, true into 1.
std::uint32_t whole_number(const Json& line, const char* name) {
  const Json& value = field(line, name);
  const bool fits = value.is_number_unsigned() &&
                    value.get<std::uint64_t>() <= std::numeric_limits<std::uint32_t>::max();
  if (!fits) refuse(fmt::format("its \"{}\" is not a whole number from 0 to 2^32 - 1", name));
  return value.get<std::uint32_t>();
}

std::vector<float> vector_of(const Json& line, std::size_t dimension) {
  const Json& values = field(line, "vector");
  const auto is_number = [](const Json& value) { return value.is_number(); };
  if (!values.is_array() || !std::ranges::all_of(values, is_number)) {
    refuse("its \"vector\" is not a list of numbers");
  }
  if (values.size() != dimension) {
    refuse(fmt::format("its \"vector\" has {} numbers, the database's have {}", values.size(),
                       dimension));
  }
  return values.get<std::vector<float>>();
}

std::string space_name(const std::string& space) {
  return space.empty() ? "an encoder" : "the space '" + printable(space) + "'";
}

// Vectors can be compared if one encoder made them, or they are of one space, and they have one
// length.
void require_same_space(const Json& header, const ImportTarget& target) {
  if (!header.contains(kExportVersionKey)) {
    refuse(fmt::format("it is not the line that 'simdb export' begins with: it has no \"{}\"",
                       kExportVersionKey));
  }
  const std::uint32_t version = whole_number(header, kExportVersionKey);
  if (version != kExportVersion) {
    refuse(fmt::format("it has format version {}, this simdb knows {}; use a newer simdb", version,
                       kExportVersion));
  }
  const std::string space = header.contains("space") ? text(header, "space") : "";
  if (space != target.space && (!space.empty() || !header.contains("encoder"))) {
    refuse(
        fmt::format("its vectors are of {}, the database's of {}; make a database for them: "
                    "'simdb init --space NAME --dimension N'",
                    space_name(space), space_name(target.space)));
  }
  if (header.contains("dimension") && whole_number(header, "dimension") != target.dimension) {
    refuse(fmt::format("its vectors have {} numbers, the database's have {}",
                       whole_number(header, "dimension"), target.dimension));
  }
  if (!space.empty()) return;
  const std::string found = text(header, "encoder");
  if (found != target.fingerprint) {
    refuse(
        fmt::format("its vectors belong to encoder {}, the database to {}; add the images "
                    "themselves instead",
                    printable(found.substr(0, 12)), target.fingerprint.substr(0, 12)));
  }
}

// What `read` makes of the line, with the name of the field in what it throws.
template <typename Read>
auto read_field(const char* name, Read read) {
  try {
    return read();
  } catch (const Error& e) {
    refuse(fmt::format("its \"{}\": {}", name, e.what()));
  }
}

// An encoder's vectors are of unit length; another length is damage. Elsewhere they have any.
void append_vector(std::span<const float> values, const ImportTarget& target,
                   EmbeddingBatch& embeddings) {
  constexpr double kExported = 1e-6;  // what was exported comes back bit by bit
  const bool is_unit = std::abs(squared_length(values) - 1) <= kExported;
  if (target.space.empty() || is_unit) {
    embeddings.append_unit(values);
  } else {
    embeddings.append_normalized(values);
  }
}

void append_item(const Json& line, const ImportTarget& target, ImportedItems& imported) {
  NewItem item;
  item.info.class_name = text(line, "class");
  read_field("class", [&] { require_class_name(item.info.class_name); });
  if (line.contains("source")) item.info.source = text(line, "source");
  if (line.contains("source_bytes")) {
    item.info.source = read_field("source_bytes", [&] {
      if (!line["source_bytes"].is_string()) refuse("it is no text");
      return source_from_hex(line["source_bytes"].get<std::string>());
    });
  }
  if (line.contains("sha256")) {
    const std::string digest = text(line, "sha256");
    item.info.digest = read_field("sha256", [&] { return sha256_from_hex(digest); });
  }
  if (line.contains("width")) item.info.width = whole_number(line, "width");
  if (line.contains("height")) item.info.height = whole_number(line, "height");
  if (line.contains("key")) item.info.key = text(line, "key");
  if (line.contains("metadata")) {
    item.info.metadata =
        read_field("metadata", [&] { return metadata_from_json(line["metadata"]); });
  }
  const std::vector<float> values = vector_of(line, target.dimension);
  read_field("vector", [&] { append_vector(values, target, imported.embeddings); });
  imported.items.push_back(std::move(item));
}

}  // namespace

ImportReader::ImportReader(std::istream& in, std::string name, ImportTarget target,
                           std::function<void()> check)
    : in_(in), name_(std::move(name)), target_(std::move(target)), check_(std::move(check)) {}

// Passes over blank ones.
bool ImportReader::read_line() {
  try {
    while (std::getline(in_, line_)) {
      check_();
      ++number_;
      if (line_.find_first_not_of(kBlanks) != std::string::npos) return true;
    }
  } catch (const Error& e) {  // of a stream that throws
    throw Error(e.code(), fmt::format("{}, after line {}", e.what(), number_));
  }
  if (in_.bad()) {
    throw Error(ErrorCode::kIo,
                fmt::format("can't read {} to its end, after line {}", name_, number_));
  }
  if (!has_header_) refuse("can't import " + name_ + ": it is empty");
  return false;
}

ImportedItems ImportReader::next(std::size_t most) {
  ImportedItems imported{{}, EmbeddingBatch(target_.dimension)};
  while (imported.items.size() < most && read_line()) {
    try {
      const Json json = parse_line(line_);
      if (has_header_) {
        append_item(json, target_, imported);
      } else {
        require_same_space(json, target_);
        has_header_ = true;
      }
    } catch (const Error& e) {
      refuse(fmt::format("can't import {}: line {}: {}", name_, number_, e.what()));
    }
  }
  return imported;
}

}  // namespace simdb
