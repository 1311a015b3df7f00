#include <boost/program_options/value_semantic.hpp>
#include <nlohmann/json.hpp>
#include <ostream>
#include <utility>

#include "cli/args.h"
#include "cli/capped_notes.h"
#include "cli/class_effects.h"
#include "cli/commands/commands.h"
#include "cli/database_path.h"
#include "cli/file_failures.h"
#include "cli/image_arguments.h"
#include "cli/interrupt.h"
#include "cli/item_options.h"
#include "cli/meta_file.h"
#include "cli/outdated_items.h"
#include "cli/progress_bar.h"
#include "cli/remote/additions.h"
#include "cli/remote/find_server.h"
#include "cli/remote/remote.h"
#include "cli/remote/send_images.h"
#include "cli/render.h"
#include "cli/stored_calibration.h"
#include "core/class_name.h"
#include "pipeline/addition_json.h"
#include "pipeline/on_duplicate.h"
#include "simdb/error.h"
#include "simdb/ingest.h"

namespace simdb::cli {
namespace po = boost::program_options;
namespace {

std::vector<LabeledPath> files_to_add(const ArgumentParser& args, ImageArguments& images) {
  const std::vector<std::string>& words = args.positional();
  if (args.flag("by-folder")) {
    if (args.has("files-from") || args.flag("null")) {
      throw Error(ErrorCode::kUsage, "--by-folder takes folders, not lists of images");
    }
    std::vector<LabeledPath> files;
    const ClassLevel level = args.class_level();
    for (const std::string& folder : words) {
      for (LabeledPath& file : images.classes(folder, level)) files.push_back(std::move(file));
    }
    return files;
  }
  if (words.empty() || (words.size() < 2 && !args.has("files-from"))) {
    throw Error(ErrorCode::kUsage,
                "which images? 'simdb add CLASS PATH...' or 'simdb add --by-folder DIR'");
  }
  require_class_name(words[0]);
  std::vector<LabeledPath> files;
  for (std::filesystem::path& path : images.files(args, std::span(words).subspan(1))) {
    files.push_back({std::move(path), words[0]});
  }
  return files;
}

OnDuplicate on_duplicate_of(const std::string& word) {
  if (const auto value = parse_on_duplicate(word)) return *value;
  throw Error(ErrorCode::kUsage,
              "--on-duplicate " + printable(word) + ": it is add, skip, warn or refuse");
}

// What an image is a duplicate of.
std::string original_of(const DuplicateImage& duplicate, std::span<const LabeledPath> files) {
  const std::string which =
      duplicate.item ? "item " + std::to_string(to_number(*duplicate.item))
                     : printable(files[duplicate.image.value_or(duplicate.index)].path.string());
  return which + " of class '" + printable(duplicate.class_name) + "'";
}

void tell_duplicates(CappedNotes& notes, std::span<const LabeledPath> files,
                     const IngestedRun& run) {
  for (const DuplicateImage& duplicate : run.duplicates) {
    const LabeledPath& file = files[duplicate.index];
    const bool is_same_file = duplicate.is_same_file;
    notes.tell(printable(file.path.string()) +
               (is_same_file ? " is " : " is another file with the pixels of ") +
               original_of(duplicate, files) + (is_same_file ? " already; " : "; ") +
               (duplicate.is_left_out ? "left out of '" : "added to '") +
               printable(file.class_name) + "'");
  }
}

void tell_too_large(CappedNotes& notes, std::span<const LabeledPath> files,
                    const IngestedRun& run) {
  for (const std::size_t index : run.too_large) {
    notes.tell(printable(files[index].path.string()) +
               " is added, but its file is not kept: it is larger than the --max-image-bytes of "
               "this database");
  }
}

void print_items(std::ostream& out, std::span<const LabeledPath> files, const IngestedRun& run) {
  const auto print = [&](std::size_t index, const AddedItem& item,
                         const DuplicateImage* duplicate) {
    const LabeledPath& file = files[index];
    out << addition_json(file.path.string(), file.class_name, item, duplicate) << '\n';
  };
  auto duplicate = run.duplicates.begin();
  const auto print_left_out = [&](std::size_t end) {
    for (; duplicate != run.duplicates.end() && duplicate->index < end; ++duplicate) {
      print(duplicate->index, {.is_new = false}, &*duplicate);
    }
  };
  for (std::size_t i = 0; i < run.added.size(); ++i) {
    const std::size_t index = run.indices[i];
    print_left_out(index);
    const bool is_duplicate = duplicate != run.duplicates.end() && duplicate->index == index;
    print(index, run.added[i], is_duplicate ? &*duplicate++ : nullptr);
  }
  print_left_out(files.size());
}

// What the options say of each image beside its class.
class Labels {
 public:
  Labels(const ArgumentParser& args, std::span<const LabeledPath> files, Console& console)
      : files_(files) {
    if (args.has("meta")) common_.metadata = parse_fields(args.get<Words>("meta"));
    require_metadata(common_.metadata);
    if (args.has("key")) {
      common_.key = args.get<std::string>("key");
      if (files.size() != 1) {
        throw Error(ErrorCode::kUsage, "--key names one item, not " +
                                           count_of(files.size(), "image", "images") +
                                           "; --meta-file gives each its own");
      }
    }
    if (!args.has("meta-file")) return;
    const auto& file = args.get<std::string>("meta-file");
    meta_file_ = MetaFile(file);
    if (const std::size_t left = meta_file_.lines_without(files); left > 0) {
      console.err << "simdb: " << count_of(left, "line", "lines") << " of " << printable(file)
                  << (left == 1 ? " names" : " name") << " no image that is added\n";
    }
  }

  ImageLabel of(std::size_t i) const {
    ImageLabel label = common_;
    label.class_name = files_[i].class_name;
    meta_file_.describe(files_[i].path, label);
    return label;
  }

 private:
  using Words = std::vector<std::string>;
  std::span<const LabeledPath> files_;
  ImageLabel common_;
  MetaFile meta_file_;
};

void print_summary(std::ostream& out, const IngestReport& report, bool is_done) {
  out << (is_done ? "added " : "would add ") << count_of(report.added, "image", "images");
  if (report.existing > 0) out << ", " << report.existing << " were there already";
  if (report.updated > 0) out << " (" << report.updated << " of them updated)";
  if (report.left_out > 0) out << ", " << report.left_out << " left out";
  if (!report.failures.empty()) out << ", " << report.failures.size() << " could not be used";
  out << '\n';
}

// What is asked for.
struct Request {
  const ArgumentParser& parser;
  std::span<const LabeledPath> files;
  const Labels& labels;
  OnDuplicate on_duplicate = OnDuplicate::kWarn;
  ImageLimits limits = {};

  ImageList images() const { return list_of(files, limits); }
  std::function<ImageLabel(std::size_t)> label_of() const {
    return [this](std::size_t i) { return labels.of(i); };
  }
  bool as_json() const { return parser.flag("json"); }
};

// Prints what became of each run, until somebody interrupts.
class RunPrinter {
 public:
  RunPrinter(const Request& request, Console& console, const char* title)
      : request_(request),
        console_(console),
        duplicates_(console.err, " duplicates; --json names all"),
        too_large_(console.err, " whose files are not kept"),
        bar_(console, title, request.files.size()) {}

  bool print(const IngestedRun& run) {
    bar_.clear();
    print_failures(console_.err, run.failures);
    tell_duplicates(duplicates_, request_.files, run);
    tell_too_large(too_large_, request_.files, run);
    if (request_.as_json()) print_items(console_.out, request_.files, run);
    console_.out.flush();
    bar_.update(run.end);
    return !InterruptGuard::requested();
  }
  // All were printed.
  void finish() {
    bar_.clear();
    duplicates_.finish();
    too_large_.finish();
  }

 private:
  const Request& request_;
  Console& console_;
  CappedNotes duplicates_;
  CappedNotes too_large_;
  ProgressBar bar_;
};

void print_effects(const Request& request, std::ostream& out,
                   std::span<const ClassEffect> effects) {
  for (const ClassEffect& effect : effects) {
    if (request.as_json()) {
      print_json(out, to_json(effect));
    } else {
      print_effect(out, effect);
    }
  }
}

[[noreturn]] void fail_after(const IngestReport& report, const Error& error) {
  throw Error(error.code(), error.what() + ("; " + count_of(report.added, "image", "images") +
                                            " went in before; add the same again for the rest"));
}

IngestReport try_images(const Request& request, Console& console) {
  const Database database = open_database(request.parser, OpenMode::kReadOnly);
  PendingImages pending(database.gallery().dimension());
  IngestReport report;
  {
    RunPrinter printer(request, console, "trying");
    report = try_ingest(
        database, request.images(), request.label_of(),
        [&](const IngestedRun& run) { return printer.print(run); }, pending, request.on_duplicate);
    printer.finish();
  }
  InterruptGuard::check();
  print_summary(request.as_json() ? console.err : console.out, report, false);
  const std::vector<std::string> fresh = new_classes(database.gallery(), request.files);
  print_effects(request, console.out, effects_of(database, fresh, pending));
  return report;
}

IngestReport add_images(const Request& request, Console& console) {
  Database database = open_to_write(request.parser, console);
  IngestReport report;  // of what is done so far
  const bool was_empty = database.gallery().classes().empty();
  const std::vector<std::string> classes = new_classes(database.gallery(), request.files);
  std::vector<ItemId> fresh;
  try {
    RunPrinter printer(request, console, "adding");
    ingest(
        database, request.images(), request.label_of(),
        [&](const IngestedRun& run) {
          report.count(run);
          for (const AddedItem& item : run.added) {
            if (item.is_new && !was_empty) fresh.push_back(item.id);
          }
          return printer.print(run);
        },
        request.on_duplicate);
    printer.finish();
  } catch (const Error& e) {
    if (report.added == 0) throw;
    fail_after(report, e);
  }
  print_summary(request.as_json() ? console.err : console.out, report, true);
  const std::vector<ItemId> old = outdated(database.gallery(), fresh);
  if (!old.empty()) print_outdated(console.err, old);
  InterruptGuard::check();
  keep_calibration(database, console);
  if (!was_empty && classes.size() <= kMostClassesTold) {
    const PendingImages none(database.gallery().dimension());
    print_effects(request, console.out, effects_of(database, classes, none));
  }
  return report;
}

// Uploads; the server decodes, encodes and commits.
IngestReport add_remote(const Request& request, Remote& remote, Console& console) {
  refuse_option(request.parser, "dry-run", "a server can't try what is not to be added");
  refuse_option(request.parser, "image-limit", "those of the server hold");
  IngestReport report;
  const auto send = [&](Remote& to, std::size_t i, std::span<const std::byte> file) {
    const auto& on_duplicate = request.parser.get<std::string>("on-duplicate");
    return to.post_image(addition_target(request.labels.of(i), on_duplicate), file);
  };
  client::Server server = remote.http().server();
  server.check = nullptr;  // what was begun is finished, and told
  try {
    RunPrinter printer(request, console, "adding");
    send_images(server, list_of(request.files), send, [&](std::span<const SentImage> sent) {
      const SentAdditions additions(sent);
      report.count(additions.run());
      return printer.print(additions.run());
    });
    printer.finish();
  } catch (const Error& e) {
    if (report.added == 0) throw;
    fail_after(report, e);
  }
  print_summary(request.as_json() ? console.err : console.out, report, true);
  InterruptGuard::check();
  return report;
}

}  // namespace

int run_add(std::span<const std::string> args, Console& console) {
  ArgumentParser parser(
      "add CLASS PATH...   or   simdb add --by-folder DIR...",
      "Adds images to a class, new or known. PATH is a file, a folder or - for a list on stdin.\n"
      "The same file is not added to a class twice; if it has moved, its item gets the new "
      "source.\n"
      "Nor is another file with its pixels. "
      "An image with a key takes the place of the one that has it.");
  parser.options().add_options()("by-folder", "every sub-folder of DIR is a class");
  parser.options().add_options()("key", po::value<std::string>()->value_name("K"),
                                 "your own name of the item, unique");
  parser.options().add_options()(
      "meta", po::value<std::vector<std::string>>()->composing()->value_name("NAME=VALUE"),
      "a field of the items' metadata, as in 'simdb set'");
  parser.options().add_options()(
      "meta-file", po::value<std::string>()->value_name("FILE"),
      "JSON lines {\"path\": P, \"key\": K, NAME: VALUE, ...} of the images");
  parser.options().add_options()(
      "on-duplicate", po::value<std::string>()->default_value("warn")->value_name("WHAT"),
      "add|skip|warn|refuse images that are in another class");
  parser.options().add_options()("dry-run", "tell what would be added, and add nothing");
  parser.with_lists().with_class_level().with_image_limits().with_server().with_json();
  if (!parser.parse(args, console, 1, kAnyNumber)) return 0;
  ImageArguments images(console);
  const std::vector<LabeledPath> files = files_to_add(parser, images);
  const Labels labels(parser, files, console);
  Request request{.parser = parser, .files = files, .labels = labels};
  request.on_duplicate = on_duplicate_of(parser.get<std::string>("on-duplicate"));
  request.limits = parser.image_limits();
  const InterruptGuard interrupt;
  auto remote = Remote::of(parser);
  const IngestReport report = remote                   ? add_remote(request, *remote, console)
                              : parser.flag("dry-run") ? try_images(request, console)
                                                       : add_images(request, console);
  return images.exit_code(report.failures, files.size());
}

}  // namespace simdb::cli
