#include "pipeline/formats/import_lines.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>

#include "core/class_name.h"
#include "core/printable.h"
#include "pipeline/formats/export_format.h"
#include "pipeline/formats/item_json.h"
#include "pipeline/formats/metadata_json.h"
#include "simdb/digest.h"
#include "simdb/error.h"

namespace simdb {
namespace {

using simdjson::dom::element;

constexpr const char* kBlanks = " \t\r";

[[noreturn]] void refuse(const std::string& why) { throw Error(ErrorCode::kBadInput, why); }

// The fields of a line, by name; others are passed over.
class Line {
 public:
  explicit Line(simdjson::dom::object line) {
    for (const auto& [name, value] : line) {
      const auto* known = std::ranges::find(kNames, name);
      if (known == kNames.end()) continue;
      auto& field = fields_[static_cast<std::size_t>(known - kNames.begin())];
      if (field) refuse(fmt::format("it has two \"{}\"", name));
      field = value;
    }
  }

  bool has(std::string_view name) const { return find(name).has_value(); }

  element field(std::string_view name) const {
    const auto found = find(name);
    if (!found) refuse(fmt::format("it has no \"{}\"", name));
    return *found;
  }

  std::string text(std::string_view name) const { return read_text(name, field(name)); }

  std::uint32_t whole_number(std::string_view name) const {
    std::uint64_t number = 0;
    if (field(name).get(number) != simdjson::SUCCESS ||
        number > std::numeric_limits<std::uint32_t>::max()) {
      refuse(fmt::format("its \"{}\" is not a whole number from 0 to 2^32 - 1", name));
    }
    return static_cast<std::uint32_t>(number);
  }

 private:
  static constexpr std::array<std::string_view, 13> kNames = {
      "class",    "source", "source_bytes",    "sha256", "width",     "height", "key",
      "metadata", "vector", kExportVersionKey, "space",  "dimension", "encoder"};

  const std::optional<element>& find(std::string_view name) const {
    return fields_.at(static_cast<std::size_t>(std::ranges::find(kNames, name) - kNames.begin()));
  }

  std::array<std::optional<element>, kNames.size()> fields_;
};

std::string space_name(const std::string& space) {
  return space.empty() ? "an encoder" : "the space '" + printable(space) + "'";
}

// Vectors can be compared if one encoder made them, or they are of one space, and they have one
// length.
void require_same_space(const Line& header, const ImportTarget& target) {
  if (!header.has(kExportVersionKey)) {
    refuse(fmt::format("it is not the line that 'simdb export' begins with: it has no \"{}\"",
                       kExportVersionKey));
  }
  const std::uint32_t version = header.whole_number(kExportVersionKey);
  if (version != kExportVersion) {
    refuse(fmt::format("it has format version {}, this simdb knows {}; use a newer simdb", version,
                       kExportVersion));
  }
  const std::string space = header.has("space") ? header.text("space") : "";
  if (space != target.space && (!space.empty() || !header.has("encoder"))) {
    refuse(
        fmt::format("its vectors are of {}, the database's of {}; make a database for them: "
                    "'simdb init --space NAME --dimension N'",
                    space_name(space), space_name(target.space)));
  }
  if (header.has("dimension") && header.whole_number("dimension") != target.dimension) {
    refuse(fmt::format("its vectors have {} numbers, the database's have {}",
                       header.whole_number("dimension"), target.dimension));
  }
  if (!space.empty()) return;
  const std::string found = header.text("encoder");
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

void append_item(const Line& line, const ImportTarget& target, std::vector<float>& values,
                 ImportedItems& imported) {
  NewItem item;
  item.info.class_name = line.text("class");
  read_field("class", [&] { require_class_name(item.info.class_name); });
  if (line.has("source")) item.info.source = line.text("source");
  if (line.has("source_bytes")) {
    const std::string bytes = line.text("source_bytes");
    item.info.source = read_field("source_bytes", [&] { return source_from_hex(bytes); });
  }
  if (line.has("sha256")) {
    const std::string digest = line.text("sha256");
    item.info.digest = read_field("sha256", [&] { return sha256_from_hex(digest); });
  }
  if (line.has("width")) item.info.width = line.whole_number("width");
  if (line.has("height")) item.info.height = line.whole_number("height");
  if (line.has("key")) item.info.key = line.text("key");
  if (line.has("metadata")) {
    item.info.metadata =
        read_field("metadata", [&] { return metadata_from_json(line.field("metadata")); });
  }
  if (!read_numbers(line.field("vector"), values))
    refuse("its \"vector\" is not a list of numbers");
  if (values.size() != target.dimension) {
    refuse(fmt::format("its \"vector\" has {} numbers, the database's have {}", values.size(),
                       target.dimension));
  }
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
      const Line line(json_.read_object(line_));
      if (has_header_) {
        append_item(line, target_, values_, imported);
      } else {
        require_same_space(line, target_);
        has_header_ = true;
      }
    } catch (const Error& e) {
      refuse(fmt::format("can't import {}: line {}: {}", name_, number_, e.what()));
    }
  }
  return imported;
}

}  // namespace simdb
