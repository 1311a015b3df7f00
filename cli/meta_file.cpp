#include "cli/meta_file.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <fstream>
#include <set>

#include "cli/input_file.h"
#include "pipeline/formats/json_reader.h"
#include "pipeline/formats/metadata_json.h"
#include "simdb/error.h"

namespace simdb::cli {
namespace {

namespace fs = std::filesystem;

// One name for the ways to write the path of a file.
fs::path name_of(const fs::path& path) { return fs::absolute(path).lexically_normal(); }

}  // namespace

MetaFile::MetaFile(const fs::path& file) {
  std::ifstream in = open_to_read(file.string());
  JsonReader reader;
  std::string text;
  for (std::size_t number = 1; std::getline(in, text); ++number) {
    if (text.find_first_not_of(" \t\r") == std::string::npos) continue;
    try {
      std::string path;
      ImageLabel label;
      for (const auto& [name, value] : reader.read_object(text)) {
        if (name == "path") {
          path = read_text(name, value);
        } else if (name == "key") {
          label.key = read_text(name, value);
        } else {
          add_field(label.metadata, name, value);
        }
      }
      if (path.empty()) throw Error(ErrorCode::kBadInput, "it has no \"path\"");
      require_metadata(label.metadata);
      if (!lines_.emplace(name_of(path), std::move(label)).second) {
        throw Error(ErrorCode::kBadInput, "a line before it has the same path");
      }
    } catch (const Error& e) {
      throw Error(e.code(), fmt::format("can't use {}: line {}: {}; nothing was added",
                                        file.string(), number, e.what()));
    }
  }
  if (in.bad()) throw Error(ErrorCode::kIo, "can't read " + file.string() + " to its end");
}

void MetaFile::describe(const fs::path& image, ImageLabel& label) const {
  const auto line = lines_.empty() ? lines_.end() : lines_.find(name_of(image));
  if (line == lines_.end()) return;
  if (!line->second.key.empty()) label.key = line->second.key;
  for (const auto& [name, value] : line->second.metadata) {
    label.metadata.insert_or_assign(name, value);
  }
}

std::size_t MetaFile::lines_without(std::span<const LabeledPath> images) const {
  std::set<fs::path> names;
  for (const LabeledPath& image : images) names.insert(name_of(image.path));
  return static_cast<std::size_t>(std::count_if(
      lines_.begin(), lines_.end(), [&](const auto& line) { return !names.contains(line.first); }));
}

}  // namespace simdb::cli
