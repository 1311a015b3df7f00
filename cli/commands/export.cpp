#include <fmt/format.h>

#include <algorithm>
#include <boost/program_options/value_semantic.hpp>
#include <charconv>
#include <cstdint>
#include <filesystem>
#include <functional>
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
#include "cli/remote/find_server.h"
#include "cli/remote/remote.h"
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

// Of a line of an item, which begins with it.
std::uint64_t id_of_line(std::string_view line) {
  constexpr std::string_view kBegin = R"({"id":)";
  std::uint64_t id = 0;
  if (line.starts_with(kBegin)) {
    std::from_chars(line.data() + kBegin.size(), line.data() + line.size(), id);
  }
  if (id > 0) return id;
  throw Error(ErrorCode::kInternal, "the server wrote an item without an id");
}

// Page by page: a page without an item is the end.
std::uint64_t export_remote(Remote& remote, const ItemSelection& selection,
                            const ArgumentParser& parser,
                            const std::function<bool(std::string_view)>& write) {
  constexpr std::uint64_t kPageItems = 500;
  remote.require_classes(selection.filter.class_names);
  std::uint64_t after = to_number(selection.after);
  std::uint64_t count = 0;
  for (bool goes_on = true; goes_on;) {
    Remote::Target target("/v1/items/export");
    for (const std::string& name : selection.filter.class_names) target.with("class", name);
    add_words(target, parser, "where");
    // At least 1, for the head.
    const std::uint64_t asked = std::clamp<std::uint64_t>(selection.limit - count, 1, kPageItems);
    const std::string page = remote.get(target.with("after", after).with("limit", asked)) + '\n';
    std::string_view lines = page;
    const std::size_t head = lines.find('\n') + 1;
    if (count > 0) lines.remove_prefix(head);
    const auto items = static_cast<std::uint64_t>(std::ranges::count(page, '\n')) - 1;
    if (selection.limit == 0) lines = lines.substr(0, head);
    if (!write(lines) || items == 0 || selection.limit == 0) return count;
    const std::size_t last = page.rfind('\n', page.size() - 2) + 1;
    after = id_of_line(std::string_view(page).substr(last));
    count += items;
    goes_on = count < selection.limit;
  }
  return count;
}

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
  parser.with_server();
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
  const auto write = [&](std::string_view lines) {
    return static_cast<bool>(console.out << lines);
  };
  const auto tell = [&](std::uint64_t count) {
    console.err << "exported " << count_of(count, "item", "items") << '\n';
    return 0;
  };
  if (auto remote = Remote::of(parser)) {
    for (const char* form : {"faiss", "fvecs", "npy", "projector"}) {
      refuse_option(parser, form,
                    "it is made from the database's own files; 'simdb import' reads "
                    "JSON lines into a database here");
    }
    if (chosen == nullptr) return tell(export_remote(*remote, selection, parser, write));
    AtomicFile file(output_path(parser.get<std::string>(chosen->name)));
    const std::uint64_t count =
        export_remote(*remote, selection, parser, [&](std::string_view lines) {
          file.write(std::as_bytes(std::span(lines)));
          return true;
        });
    file.commit();
    return tell(count);
  }
  const Database database = open_database(parser, OpenMode::kReadOnly);
  require_classes(database, selection.filter);
  const std::uint64_t count =
      chosen != nullptr
          ? chosen->write(database.gallery(), output_path(parser.get<std::string>(chosen->name)),
                          selection)
          : write_export_lines(database.gallery(), selection, write);
  return tell(count);
}

}  // namespace simdb::cli
