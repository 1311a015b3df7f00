#include <fmt/format.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <ostream>

#include "cli/args.h"
#include "cli/commands/commands.h"
#include "cli/render.h"
#include "encoder/model/onnx_model.h"
#include "encoder/model/onnx_model_cut.h"
#include "simdb/onnx_encoder.h"
#include "simdb/shipped_encoders.h"

namespace simdb::cli {
namespace {

struct Found {
  ModelHeader header;
  std::size_t bytes = 0;
};

// Nothing where set-up could not make it. A damaged file is an error.
std::optional<Found> find(const ShippedEncoder& encoder) {
  const std::filesystem::path file = shipped_encoder_path(encoder.name);
  if (std::error_code error; !std::filesystem::exists(file, error)) return {};
  const std::vector<std::byte> model = read_model_file(file);
  return Found{read_onnx_header(model, file.string()), model.size()};
}

// Of the file if it says so: a model tells its parts' licences.
std::string note_or(const std::optional<Found>& found, const char* note, std::string_view other) {
  if (!found || !found->header.notes.contains(note)) return std::string(other);
  return found->header.notes.at(note);
}

void print(const ShippedEncoder& encoder, const std::optional<Found>& found, Console& console) {
  const std::string purpose = note_or(found, "purpose", encoder.purpose);
  if (!found) {
    console.out << fmt::format("{:<10} {}\n           not here: {}\n", encoder.name, purpose,
                               encoder.remedy);
    return;
  }
  const std::vector<std::size_t> lengths = nested_dimensions(found->header);
  std::string floats = std::to_string(found->header.dimension);
  if (lengths.size() > 1) {
    floats += fmt::format(" (or {} with init --dim)",
                          fmt::join(lengths.begin(), lengths.end() - 1, ", "));
  }
  const InputSpec& input = found->header.input;
  console.out << fmt::format(
      "{:<10} {}\n           {} floats per image, input {} x {} {}, {}\n"
      "           licence: {}\n",
      encoder.name, printable(purpose), floats, input.width, input.height,
      input.channels == 3 ? "RGB" : "grey", byte_size(found->bytes),
      printable(note_or(found, "licence", encoder.licence)));
}

nlohmann::ordered_json to_json(const ShippedEncoder& encoder, const std::optional<Found>& found) {
  nlohmann::ordered_json line = {{"name", encoder.name},
                                 {"purpose", note_or(found, "purpose", encoder.purpose)},
                                 {"licence", note_or(found, "licence", encoder.licence)},
                                 {"available", found.has_value()}};
  if (!found) return line;
  const InputSpec& input = found->header.input;
  line["file"] = shipped_encoder_path(encoder.name).string();
  line["bytes"] = found->bytes;
  line["dimension"] = found->header.dimension;
  line["dimensions"] = nested_dimensions(found->header);
  line["width"] = input.width;
  line["height"] = input.height;
  line["channels"] = input.channels;
  return line;
}

}  // namespace

int run_encoders(std::span<const std::string> args, Console& console) {
  ArgumentParser parser("encoders",
                        "Lists the encoders that come with simdb, for --encoder NAME, the one that "
                        "'simdb init'\ntakes by itself first.");
  parser.with_json();
  if (!parser.parse(args, console, 0, 0)) return 0;
  for (const ShippedEncoder& encoder : shipped_encoders()) {
    const std::optional<Found> found = find(encoder);
    if (parser.flag("json")) {
      print_json(console.out, to_json(encoder, found));
    } else {
      print(encoder, found, console);
    }
  }
  return 0;
}

}  // namespace simdb::cli
