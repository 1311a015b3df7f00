#include <fmt/format.h>

#include <boost/program_options/value_semantic.hpp>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <ostream>
#include <span>
#include <string_view>

#include "cli/args.h"
#include "cli/commands/commands.h"
#include "cli/database_path.h"
#include "cli/interrupt.h"
#include "cli/item_options.h"
#include "cli/output_path.h"
#include "cli/render.h"
#include "core/file_io.h"
#include "database/faiss_export.h"
#include "pipeline/formats/export_lines.h"
#include "pipeline/formats/projector.h"
#include "pipeline/formats/vector_files.h"
#include "simdb/error.h"

namespace simdb::cli {
namespace po = boost::program_options;
namespace {

std::uint64_t write_lines_file(const Gallery& gallery, const std::filesystem::path& path,
                               const ItemSelection& selection) {
  AtomicFile file(path);
  const auto write = [&](std::string_view lines) {
    file.write(std::as_bytes(std::span(lines)));
    return true;
  };
  const std::uint64_t count = write_export_lines(gallery, selection, write, InterruptGuard::check);
  file.commit();
  return count;
}

std::uint64_t write_projector_folder(const Gallery& gallery, const std::filesystem::path& folder,
                                     const ItemSelection& selection) {
  ProjectorData data(gallery.dimension());
  for_each_page(gallery, selection, [&](std::span<const ItemRecord> page) {
    for (const Embedding& embedding : embeddings_of(gallery, page)) data.vectors.append(embedding);
    for (const ItemRecord& item : page) {
      data.class_names.push_back(item.info.class_name);
      data.sources.push_back(item.info.source);
      data.thumbnails.push_back(gallery.thumbnail(item.id));
      InterruptGuard::check();
    }
    return true;
  });
  write_projector(folder, data);
  return data.class_names.size();
}

// One form in which the items can be written.
struct Form {
  const char* name;
  const char* option;  // as Boost wants it: the name, and a short one
  const char* value;
  const char* help;
  std::uint64_t (*write)(const Gallery& gallery, const std::filesystem::path& path,
                         const ItemSelection& selection);
};

constexpr Form kForms[] = {
    {"output", "output,o", "FILE", "JSON lines into FILE (- for stdout)", write_lines_file},
    {"faiss", "faiss", "FILE", "an index that FAISS reads and that finds the same ids",
     [](const Gallery& gallery, const std::filesystem::path& path, const ItemSelection& selection) {
       return export_faiss(gallery, path, selection, InterruptGuard::check);
     }},
    {"fvecs", "fvecs", "FILE", "vectors as .fvecs, ids in FILE.ids.npy",
     [](const Gallery& gallery, const std::filesystem::path& path, const ItemSelection& selection) {
       return write_fvecs(gallery, path, selection, InterruptGuard::check);
     }},
    {"npy", "npy", "FILE", "vectors as a NumPy array of float32, ids in FILE.ids.npy",
     [](const Gallery& gallery, const std::filesystem::path& path, const ItemSelection& selection) {
       return write_npy(gallery, path, selection, InterruptGuard::check);
     }},
    {"projector", "projector", "DIR", "a folder for TensorBoard's embedding projector",
     write_projector_folder},
};

}  // namespace

int run_export(std::span<const std::string> args, Console& console) {
  ArgumentParser parser(
      "export [-o FILE | --faiss FILE | --fvecs FILE | --npy FILE | --projector DIR]",
      "Writes items with their vectors, all or those that the filters let through, in one of these "
      "forms. The\ndefault is JSON lines on stdout, which 'simdb import' reads. The rows of "
      "--fvecs and --npy are in the order of the "
      "ids; row i has the\nid at place i of FILE.ids.npy (int64), which is written beside FILE.");
  for (const Form& form : kForms) {
    parser.options().add_options()(form.option, po::value<std::string>()->value_name(form.value),
                                   form.help);
  }
  add_selection_options(parser);
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
  const ItemSelection selection = selection_of(parser);
  // On stdout there is nothing to clear away, and a reader that does not read must not hold it up.
  std::optional<InterruptGuard> interrupt;
  if (chosen != nullptr) interrupt.emplace();
  const Database database = open_database(parser, OpenMode::kReadOnly);
  require_classes(database, selection.filter);
  const auto write = [&](std::string_view lines) {
    return static_cast<bool>(console.out << lines);
  };
  const std::uint64_t count =
      chosen != nullptr
          ? chosen->write(database.gallery(), output_path(parser.get<std::string>(chosen->name)),
                          selection)
          : write_export_lines(database.gallery(), selection, write);
  console.err << "exported " << count_of(count, "item", "items") << '\n';
  return 0;
}

}  // namespace simdb::cli
