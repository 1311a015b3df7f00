#include "pipeline/formats/import_lines.h"

#include <fmt/format.h>

#include <algorithm>
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

// Not more of a line than a message can hold.
constexpr std::size_t kMostQuoted = 300;

// nlohmann's conversions would turn 28.7 into 28, -1 into 4,294,967,295 and, below, true into 1.
std::uint32_t whole_number(const Json& value, const char* name) {
  const bool fits = value.is_number_unsigned() &&
                    value.get<std::uint64_t>() <= std::numeric_limits<std::uint32_t>::max();
  if (!fits) {
    throw Error(ErrorCode::kBadInput, fmt::format("its \"{}\" is not a whole number", name));
  }
  return value.get<std::uint32_t>();
}

std::vector<float> floats(const Json& values) {
  const auto is_number = [](const Json& value) { return value.is_number(); };
  if (!values.is_array() || !std::ranges::all_of(values, is_number)) {
    throw Error(ErrorCode::kBadInput, "its \"vector\" is not a list of numbers");
  }
  return values.get<std::vector<float>>();
}

void require_same_encoder(const Json& header, const std::string& fingerprint) {
  const std::uint32_t version = whole_number(header.at(kExportVersionKey), kExportVersionKey);
  if (version != kExportVersion) {
    throw Error(ErrorCode::kBadInput,
                fmt::format("it has format version {}, this simdb knows {}; use a newer simdb",
                            version, kExportVersion));
  }
  const auto found = header.at("encoder").get<std::string>();
  if (found != fingerprint) {
    throw Error(ErrorCode::kBadInput,
                fmt::format("its vectors belong to encoder {}, the database to {}; add the images "
                            "themselves instead",
                            printable(found.substr(0, 12)), fingerprint.substr(0, 12)));
  }
}

void append_item(const Json& line, ImportedItems& imported) {
  NewItem item;
  item.info.class_name = line.at("class").get<std::string>();
  require_class_name(item.info.class_name);
  item.info.source = source_of(line);
  if (line.contains("sha256"))
    item.info.digest = sha256_from_hex(line["sha256"].get<std::string>());
  if (line.contains("width")) item.info.width = whole_number(line["width"], "width");
  if (line.contains("height")) item.info.height = whole_number(line["height"], "height");
  if (line.contains("key")) item.info.key = line["key"].get<std::string>();
  if (line.contains("metadata")) item.info.metadata = metadata_from_json(line["metadata"]);
  imported.embeddings.append_unit(floats(line.at("vector")));
  imported.items.push_back(std::move(item));
}

}  // namespace

ImportedItems read_import_lines(std::istream& in, const std::string& name,
                                const std::string& fingerprint, std::size_t dimension) {
  ImportedItems imported{{}, EmbeddingBatch(dimension)};
  std::size_t number = 0;
  std::string text;
  try {
    while (std::getline(in, text)) {
      ++number;
      const Json line = Json::parse(text);
      if (number == 1) {
        require_same_encoder(line, fingerprint);
      } else {
        append_item(line, imported);
      }
    }
  } catch (const std::exception& e) {
    throw Error(ErrorCode::kBadInput,
                fmt::format("can't import {}: line {}: {}; nothing was imported", name, number,
                            std::string_view(e.what()).substr(0, kMostQuoted)));
  }
  if (number == 0) {
    throw Error(ErrorCode::kBadInput, "can't import " + name + ": it is empty");
  }
  if (in.bad()) {
    throw Error(
        ErrorCode::kIo,
        fmt::format("can't read {} to its end, after line {}; nothing was imported", name, number));
  }
  return imported;
}

}  // namespace simdb
