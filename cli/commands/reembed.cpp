#include "pipeline/reembed.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/program_options/value_semantic.hpp>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <ostream>
#include <system_error>

#include "cli/args.h"
#include "cli/capped_notes.h"
#include "cli/commands/commands.h"
#include "cli/database_path.h"
#include "cli/encoder_choice.h"
#include "cli/image_arguments.h"
#include "cli/interrupt.h"
#include "cli/progress_bar.h"
#include "cli/reembed_text.h"
#include "cli/render.h"
#include "cli/stored_calibration.h"
#include "simdb/error.h"
#include "simdb/onnx_encoder.h"

namespace simdb::cli {
namespace po = boost::program_options;
namespace {

using Words = std::vector<std::string>;

std::string short_name(const std::string& fingerprint) { return fingerprint.substr(0, 12); }

void require_sense(const ArgumentParser& parser) {
  const int tasks = (parser.has("encoder") ? 1 : 0) + (parser.flag("roll-back") ? 1 : 0) +
                    (parser.flag("discard") ? 1 : 0);
  if (tasks != 1) {
    throw Error(ErrorCode::kUsage,
                "which encoder? 'simdb reembed --encoder NAME|FILE', or --roll-back, or --discard");
  }
  if (parser.has("dim") && !parser.has("encoder")) {
    throw Error(ErrorCode::kUsage, "--dim belongs to --encoder");
  }
  for (const char* option : {"images", "drop-missing", "no-switch", "keep-old"}) {
    if (parser.flag("discard") && parser.has(option)) {
      throw Error(ErrorCode::kUsage, fmt::format("--discard takes no --{}", option));
    }
  }
  for (const char* option : {"drop-missing", "keep-old"}) {
    if (parser.flag("no-switch") && parser.has(option)) {
      throw Error(ErrorCode::kUsage, fmt::format("--{} belongs to the switch", option));
    }
  }
}

void require_folders(const ArgumentParser& parser) {
  if (!parser.has("images")) return;
  for (const std::string& folder : parser.get<Words>("images")) {
    std::error_code error;
    if (std::filesystem::is_directory(folder, error)) continue;
    throw Error(ErrorCode::kNotFound, "--images: there is no folder " + printable(folder));
  }
}

std::string progress_of(const Reembedding& database) {
  const std::uint64_t missing = database.missing().size();
  return fmt::format("{} of {}", database.items() - missing,
                     count_of(database.items(), "item", "items"));
}

// Deletes the embeddings that are not in use.
int discard(Reembedding& database, const ArgumentParser& parser, Console& console) {
  const auto other = database.other();
  if (!other) {
    throw Error(ErrorCode::kNotFound, "there are no embeddings of another encoder to discard");
  }
  const std::string what = progress_of(database);
  database.drop();
  if (parser.flag("json")) {
    print_json(console.out, {{"discarded", other->encoder_fingerprint}});
  } else {
    console.out << fmt::format("discarded the embeddings of {} by encoder {}\n", what,
                               short_name(other->encoder_fingerprint));
  }
  return 0;
}

// The encoder that --roll-back goes back to.
std::shared_ptr<const ImageEncoder> former_encoder(const Reembedding& database) {
  const auto other = database.other();
  if (!other || !other->is_previous) {
    throw Error(ErrorCode::kNotFound,
                "there is no former encoder to go back to: 'simdb reembed --keep-old' keeps it");
  }
  return load_onnx_encoder(database.other_model(), other->encoder_fingerprint);
}

// Makes `model` the other encoder, or goes on with it.
std::shared_ptr<const ImageEncoder> begin(Reembedding& database,
                                          const std::vector<std::byte>& model,
                                          const std::string& name, Console& console) {
  auto encoder = std::make_shared<OnnxEncoder>(model, name);
  const std::string& fingerprint = encoder->fingerprint();
  if (fingerprint == database.encoder_fingerprint()) {
    throw Error(ErrorCode::kUsage,
                fmt::format("the database has this encoder already ({}){}", short_name(fingerprint),
                            database.other() ? "; 'simdb reembed --discard' drops the embeddings "
                                               "of the other one"
                                             : ""));
  }
  const auto other = database.other();
  if (other && other->encoder_fingerprint == fingerprint) {
    console.err << "simdb: goes on: " << progress_of(database) << " have embeddings of encoder "
                << short_name(fingerprint) << '\n';
    return encoder;
  }
  if (other) {
    console.err << "simdb: drops the embeddings of " << progress_of(database) << " by encoder "
                << short_name(other->encoder_fingerprint)
                << (other->is_previous ? ", which was kept\n" : ", which another run has begun\n");
  }
  database.begin(model, encoder->dimension());
  return encoder;
}

ReembedReport embed(Reembedding& database, const ImageEncoder& encoder,
                    const ArgumentParser& parser, Console& console) {
  const std::size_t todo = database.missing().size();
  Originals originals(parser.image_limits(),
                      [&](const Sha256& digest) { return database.image(digest); });
  if (todo > 0 && parser.has("images")) {
    ImageArguments arguments(console);
    for (const std::string& folder : parser.get<Words>("images")) {
      originals.add_files(arguments.files(folder), InterruptGuard::check);
    }
  }
  ProgressBar bar(console, "embedding", todo);
  ReembedReport report =
      embed_missing(database, encoder, originals, [&](std::size_t done, std::size_t) {
        bar.update(done);
        return !InterruptGuard::requested();
      });
  bar.clear();
  if (!report.complete) {
    console.err << "simdb: " << progress_of(database)
                << " are embedded; the same command goes on with the rest\n";
    InterruptGuard::check();
  }
  return report;
}

void print_lost(std::ostream& err, std::span<const LostOriginal> lost) {
  CappedNotes notes(err);
  for (const LostOriginal& entry : lost) notes.tell(printable(entry.message));
  notes.finish();
}

// The worst: an item whose file could not be read for now must not be dropped.
ErrorCode code_of(std::span<const LostOriginal> lost) {
  ErrorCode code = ErrorCode::kNotFound;
  for (const LostOriginal& entry : lost) {
    if (entry.code == ErrorCode::kIo) return entry.code;
    if (entry.code != ErrorCode::kNotFound) code = ErrorCode::kBadInput;
  }
  return code;
}

bool may_switch(std::span<const LostOriginal> lost, std::uint64_t items, bool drop) {
  if (lost.empty()) return true;
  return drop && code_of(lost) != ErrorCode::kIo && lost.size() < items;
}

[[noreturn]] void refuse_switch(std::span<const LostOriginal> lost, std::uint64_t items,
                                bool drop) {
  const ErrorCode code = code_of(lost);
  const char* remedy =
      !drop ? "Name folders that hold their images with --images DIR, or remove these items with "
              "--drop-missing"
      : code == ErrorCode::kIo
          ? "Some could not be read for now, which is no reason to drop them"
          : "That is all of them, so nothing is dropped. Are their folders there?";
  throw Error(code, fmt::format("{} of {} have no embedding by the new encoder, so it was not put "
                                "in place; what is done is kept for the next run. {}",
                                lost.size(), count_of(items, "item", "items"), remedy));
}

// What is made for one encoder and is not in the store follows it.
void renew_derived(const ArgumentParser& parser, const std::optional<CalibrationBasis>& basis,
                   Console& console) {
  Database database = open_to_write(parser, console);  // closing it saves the index
  if (!basis || database.gallery().stats().items == 0) return;
  if (basis->has_held_out) {
    console.err << "simdb: calibrated by the items alone: held-out images are known by the former "
                   "encoder only; name them to 'simdb calibrate' again\n";
  }
  renew_calibration(database, *basis, InterruptGuard::check);
}

void add_options(ArgumentParser& parser) {
  auto add = parser.options().add_options();
  add("encoder", po::value<std::string>()->value_name("NAME|FILE"), "as in 'simdb init'");
  add("dim", po::value<std::size_t>()->value_name("N"), "the same");
  add("images", po::value<Words>()->composing()->value_name("DIR"),
      "images that have moved lie here or below; may be given again");
  add("drop-missing", "remove items whose images are not found");
  add("no-switch", "embed and compare, and leave the database as it is for now");
  add("keep-old", "keep the former encoder and its embeddings, for --roll-back");
  add("roll-back", "go back to the encoder that --keep-old has kept");
  add("discard", "delete the embeddings that are not in use");
  parser.with_image_limits().with_database().with_json();
}

}  // namespace

int run_reembed(std::span<const std::string> args, Console& console) {
  ArgumentParser parser(
      "reembed --encoder NAME|FILE.onnx",
      "Gives the database another encoder: embeds all items anew, compares, and puts the new "
      "embeddings in\nplace in one step. Items keep ids, classes, keys and metadata. Each image "
      "is read from the database,\nif that keeps it, its source, or --images. A run that was "
      "interrupted goes on where it was.");
  add_options(parser);
  if (!parser.parse(args, console, 0, 0)) return 0;
  require_sense(parser);
  require_folders(parser);
  const DatabasePlace place = find_database(parser);
  const std::filesystem::path folder = place.folder(
      "embed anew what is in",
      "copy it into a folder with 'simdb copy', embed it there, and copy it into a new schema");
  const InterruptGuard interrupt;
  std::vector<std::byte> model;
  if (parser.has("encoder")) {
    model = read_new_encoder(parser.get<std::string>("encoder"), dim_of(parser));
  }
  const auto basis = calibration_basis(open_database(parser, OpenMode::kReadOnly));
  Reembedding database(folder, upgrade_note(place, console));
  if (parser.flag("discard")) return discard(database, parser, console);

  const auto encoder = parser.flag("roll-back")
                           ? former_encoder(database)
                           : begin(database, model, parser.get<std::string>("encoder"), console);
  const std::uint64_t items = database.items();
  const std::string before = database.encoder_fingerprint();
  const ReembedReport report = embed(database, *encoder, parser, console);
  print_lost(console.err, report.lost);

  const QueryOptions kept = database.kept_options();
  const EncoderChange change =
      compare_encoders(read_generations(database, InterruptGuard::check), {kept.k, kept.rule}, {},
                       20'000, InterruptGuard::check);
  const bool drop = parser.flag("drop-missing");
  const bool is_switched = !parser.flag("no-switch") && may_switch(report.lost, items, drop);
  std::vector<ItemId> dropped;
  if (is_switched) {
    for (const LostOriginal& entry : report.lost) dropped.push_back(entry.id);
    InterruptGuard::check();
    database.switch_over(parser.flag("keep-old"), dropped);
    renew_derived(parser, basis, console);
  }
  if (parser.flag("json")) {
    nlohmann::ordered_json lost = nlohmann::ordered_json::array();
    for (const LostOriginal& entry : report.lost) lost.push_back(to_number(entry.id));
    print_json(console.out, {{"database", folder.string()},
                             {"items", items - dropped.size()},
                             {"encoder_before", before},
                             {"encoder", encoder->fingerprint()},
                             {"dimension", encoder->dimension()},
                             {"embedded", report.embedded},
                             {"without_image", std::move(lost)},
                             {"dropped", dropped.size()},
                             {"switched", is_switched},
                             {"comparison", to_json(change)}});
  } else {
    console.out << fmt::format("embedded {} with encoder {}, {} dimensions\n",
                               count_of(report.embedded, "item", "items"),
                               short_name(encoder->fingerprint()), encoder->dimension());
    print_change(console.out, change);
    if (is_switched) {
      console.out << fmt::format("the database has encoder {} now{}{}\n",
                                 short_name(encoder->fingerprint()),
                                 dropped.empty() ? "" : fmt::format("; {} dropped", dropped.size()),
                                 parser.flag("keep-old") ? "; the former one is kept" : "");
    }
  }
  if (!is_switched && !parser.flag("no-switch")) refuse_switch(report.lost, items, drop);
  return report.lost.empty() || is_switched ? 0 : static_cast<int>(code_of(report.lost));
}

}  // namespace simdb::cli
