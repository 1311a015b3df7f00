#include <fmt/format.h>

#include <boost/program_options/value_semantic.hpp>
#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <ostream>
#include <span>
#include <streambuf>

#include "cli/args.h"
#include "cli/commands/commands.h"
#include "cli/database_path.h"
#include "cli/interrupt.h"
#include "cli/output_path.h"
#include "cli/render.h"
#include "core/file_io.h"
#include "database/faiss_export.h"
#include "pipeline/formats/export_format.h"
#include "pipeline/formats/item_json.h"
#include "pipeline/formats/projector.h"
#include "pipeline/formats/vector_files.h"
#include "simdb/error.h"

namespace simdb::cli {
namespace po = boost::program_options;
namespace {

// Lets a stream write into a file. What the file throws comes out of the stream if its exceptions()
// hold badbit.
class AtomicFileBuffer final : public std::streambuf {
 public:
  explicit AtomicFileBuffer(AtomicFile& file) : file_(file) {}

 protected:
  std::streamsize xsputn(const char* text, std::streamsize size) override {
    file_.write(std::as_bytes(std::span(text, static_cast<std::size_t>(size))));
    return size;
  }
  int_type overflow(int_type character) override {
    const char text = traits_type::to_char_type(character);
    xsputn(&text, 1);
    return character;
  }

 private:
  AtomicFile& file_;
};

std::uint64_t write_lines(const Gallery& gallery, std::ostream& out) {
  const GalleryStats stats = gallery.stats();
  print_json(out, {{kExportVersionKey, kExportVersion},
                   {"dimension", stats.dimension},
                   {"encoder", stats.encoder_fingerprint}});
  std::uint64_t count = 0;
  gallery.for_each_item([&](const ItemRecord& item) {
    const auto embedding = gallery.embedding(item.id);
    if (!embedding) {
      throw Error(ErrorCode::kCorruption,
                  fmt::format("item {} has no vector; run 'simdb verify'", to_number(item.id)));
    }
    nlohmann::ordered_json line = to_json(item);
    line["vector"] = embedding->values();
    print_json(out, line);
    ++count;
    InterruptGuard::check();
    return static_cast<bool>(out);
  });
  return count;
}

std::uint64_t write_lines_file(const Gallery& gallery, const std::filesystem::path& path) {
  AtomicFile file(path);
  AtomicFileBuffer buffer(file);
  std::ostream lines(&buffer);
  lines.exceptions(std::ios::badbit);
  const std::uint64_t count = write_lines(gallery, lines);
  file.commit();
  return count;
}

std::uint64_t write_projector_folder(const Gallery& gallery, const std::filesystem::path& folder) {
  ProjectorData data(gallery.stats().dimension);
  gallery.for_each_item([&](const ItemRecord& item) {
    if (const auto embedding = gallery.embedding(item.id)) {
      data.vectors.append(*embedding);
      data.class_names.push_back(item.info.class_name);
      data.sources.push_back(item.info.source);
      data.thumbnails.push_back(gallery.thumbnail(item.id));
    }
    InterruptGuard::check();
    return true;
  });
  write_projector(folder, data);
  return data.class_names.size();
}

std::uint64_t write_faiss(const Gallery& gallery, const std::filesystem::path& path) {
  return export_faiss(gallery, path, InterruptGuard::check);
}

// One form in which the items can be written.
struct Form {
  const char* name;
  const char* option;  // as Boost wants it: the name, and a short one
  const char* value;
  const char* help;
  std::uint64_t (*write)(const Gallery& gallery, const std::filesystem::path& path);
};

constexpr Form kForms[] = {
    {"output", "output,o", "FILE", "JSON lines into FILE (- for stdout)", write_lines_file},
    {"faiss", "faiss", "FILE", "an index that FAISS reads and that finds the same ids",
     write_faiss},
    {"fvecs", "fvecs", "FILE", "vectors as .fvecs, ids in FILE.ids.npy",
     [](const Gallery& gallery, const std::filesystem::path& path) {
       return write_fvecs(gallery, path, InterruptGuard::check);
     }},
    {"npy", "npy", "FILE", "vectors as a NumPy array of float32, ids in FILE.ids.npy",
     [](const Gallery& gallery, const std::filesystem::path& path) {
       return write_npy(gallery, path, InterruptGuard::check);
     }},
    {"projector", "projector", "DIR", "a folder for TensorBoard's embedding projector",
     write_projector_folder},
};

}  // namespace

int run_export(std::span<const std::string> args, Console& console) {
  ArgumentParser parser(
      "export [-o FILE | --faiss FILE | --fvecs FILE | --npy FILE | --projector DIR]",
      "Writes all items with their vectors, in one of these forms. The default is JSON lines on "
      "stdout,\nwhich 'simdb import' reads. The rows of --fvecs and --npy are in the order of the "
      "ids; row i has the\nid at place i of FILE.ids.npy (int64), which is written beside FILE.");
  for (const Form& form : kForms) {
    parser.options().add_options()(form.option, po::value<std::string>()->value_name(form.value),
                                   form.help);
  }
  parser.with_database();
  if (!parser.parse(args, console, 0, 0)) return 0;
  const Form* chosen = nullptr;
  for (const Form& form : kForms) {
    if (!parser.has(form.name)) continue;
    if (chosen != nullptr) {
      throw Error(ErrorCode::kUsage, fmt::format("export writes one form at a time: give --{} or "
                                                 "--{}, not both; see 'simdb export --help'",
                                                 chosen->name, form.name));
    }
    chosen = &form;
  }
  if (chosen != nullptr && chosen->write == write_lines_file &&
      parser.get<std::string>(chosen->name) == "-") {
    chosen = nullptr;
  }
  // On stdout there is nothing to clear away, and a reader that does not read must not hold it up.
  std::optional<InterruptGuard> interrupt;
  if (chosen != nullptr) interrupt.emplace();
  const Database database = open_database(parser, OpenMode::kReadOnly);
  const Gallery& gallery = database.gallery();
  const std::uint64_t count =
      chosen != nullptr ? chosen->write(gallery, output_path(parser.get<std::string>(chosen->name)))
                        : write_lines(gallery, console.out);
  console.err << "exported " << count_of(count, "item", "items") << '\n';
  return 0;
}

}  // namespace simdb::cli
