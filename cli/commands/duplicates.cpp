#include "simdb/duplicates.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/program_options/value_semantic.hpp>
#include <nlohmann/json.hpp>
#include <ostream>

#include "cli/args.h"
#include "cli/commands/commands.h"
#include "cli/database_path.h"
#include "cli/item_options.h"
#include "cli/output_path.h"
#include "cli/remote/find_server.h"
#include "cli/remote/read_analyses.h"
#include "cli/render.h"
#include "cli/report/picture_page.h"
#include "core/file_io.h"
#include "pipeline/analysis_json.h"
#include "pipeline/thumbnail_traits.h"
#include "simdb/error.h"

namespace simdb::cli {
namespace po = boost::program_options;
namespace {

std::string title_of(const DuplicateGroup& group) {
  const char* what = group.sameness == Sameness::kFile     ? "the same file"
                     : group.sameness == Sameness::kPixels ? "the same pixels"
                                                           : "nearly the same picture";
  return fmt::format("{}{}, {}", group.is_conflict ? "conflict: " : "", what,
                     count_of(group.items.size(), "item", "items"));
}

void print_group(std::ostream& out, const DuplicateGroup& group) {
  out << title_of(group) << '\n';
  for (const DuplicateItem& entry : group.items) {
    out << fmt::format("{:>8}  {:<20}  {:<6}  {:.4f}  {}\n", to_number(entry.item.id),
                       printable(entry.item.info.class_name),
                       &entry == group.items.data() ? "" : name_of(entry.sameness),
                       entry.look.value_or(entry.similarity), printable(entry.item.info.source));
  }
}

std::string summary_of(const DuplicateReport& report) {
  const auto [items, conflicts] = count_of(report);
  std::string text =
      report.groups.empty()
          ? "no duplicates"
          : fmt::format("{} in {}, {} of several classes", count_of(items, "item", "items"),
                        count_of(report.groups.size(), "group", "groups"), conflicts);
  if (report.look_threshold) {
    text += fmt::format("; near: thumbnails of a similarity of {:.4f} and more",
                        *report.look_threshold);
  }
  if (report.vector_threshold) {
    text +=
        fmt::format("; near{}: vectors of a similarity of {:.4f} and more",
                    report.look_threshold ? ", without a thumbnail" : "", *report.vector_threshold);
  }
  return text;
}

PictureGroup page_group(const Gallery& gallery, const DuplicateGroup& group) {
  PictureGroup shown{.title = title_of(group), .is_urgent = group.is_conflict};
  for (const DuplicateItem& entry :
       std::span(group.items).first(std::min(kMostPagePictures, group.items.size()))) {
    const std::string id = std::to_string(to_number(entry.item.id));
    const bool is_first = shown.pictures.empty();
    shown.pictures.push_back(
        {.title = id + ", " + entry.item.info.class_name,
         .fact = is_first ? fmt::format("{} x {}", entry.item.info.width, entry.item.info.height)
                          : fmt::format("{} x {}, {}, {:.4f}", entry.item.info.width,
                                        entry.item.info.height, name_of(entry.sameness),
                                        entry.look.value_or(entry.similarity)),
         .source = entry.item.info.source,
         .thumbnail = gallery.thumbnail(entry.item.id)});
    shown.commands.push_back("simdb rm " + id);
  }
  if (group.items.size() > kMostPagePictures) {
    shown.note = fmt::format("{} of them are shown.", kMostPagePictures);
  }
  return shown;
}

std::string page_of(const Gallery& gallery, const DuplicateReport& report) {
  PicturePage page{
      .kind = "simdb duplicates",
      .title = "The same picture more than once",
      .lead = summary_of(report) + ". How alike each is to the first stands below it."};
  const std::size_t shown = std::min(kMostPageGroups, report.groups.size());
  for (const DuplicateGroup& group : std::span(report.groups).first(shown)) {
    page.groups.push_back(page_group(gallery, group));
  }
  page.more_groups = report.groups.size() - shown;
  return render_picture_page(page);
}

int list_remote(const ArgumentParser& parser, Remote& remote, Console& console) {
  refuse_option(parser, "report", "it takes the pictures from the database's own folder");
  const bool is_json = parser.flag("json");
  Remote::Target target("/v1/duplicates");
  add_words(target, parser, "class");
  if (parser.flag("exact")) target.with("exact", "true");
  if (parser.has("threshold")) {
    target.with("threshold", fmt::format("{}", parser.get<float>("threshold")));
  }
  DuplicateReport report;
  const auto page = each_entry(remote, target, "groups", [&](std::string_view text) {
    report.groups.push_back(duplicate_group_from(parse_answer(text)));
    if (is_json) {
      console.out << text << '\n';
    } else {
      print_group(console.out, report.groups.back());
    }
  });
  read_thresholds(page, report);
  (is_json ? console.err : console.out) << summary_of(report) << '\n';
  return 0;
}

}  // namespace

int run_duplicates(std::span<const std::string> args, Console& console) {
  ArgumentParser parser(
      "duplicates",
      "Finds items that hold the same picture: the same file, the same pixels, or nearly the same\n"
      "picture. Groups of several classes, which contradict each other, come first. Changes\n"
      "nothing: 'simdb rm ID' and 'simdb mv ID CLASS' do.");
  using Words = std::vector<std::string>;
  parser.options().add_options()("class", po::value<Words>()->composing()->value_name("C"),
                                 "only groups with an item of this class; several: of any of them");
  parser.options().add_options()("exact", "only the same files and the same pixels");
  parser.options().add_options()(
      "threshold", po::value<float>()->value_name("S"),
      "how alike nearly the same pictures are at least: their thumbnails (0.9975) or, in a "
      "database without an encoder, vectors (taken from the items)");
  parser.options().add_options()("report", po::value<std::string>()->value_name("FILE.html"),
                                 "a page that shows the pictures");
  parser.with_server().with_json();
  if (!parser.parse(args, console, 0, 0)) return 0;
  if (parser.has("exact") && parser.has("threshold")) {
    throw Error(ErrorCode::kUsage, "--exact and --threshold exclude each other");
  }
  if (parser.has("report")) output_path(parser.get<std::string>("report"));  // before the work
  DuplicateOptions options;
  options.exact = parser.flag("exact");
  if (parser.has("class")) options.class_names = parser.get<Words>("class");
  if (parser.has("threshold")) options.threshold = parser.get<float>("threshold");
  if (auto remote = Remote::of(parser)) return list_remote(parser, *remote, console);
  const Database database = open_database(parser, OpenMode::kReadOnly);
  require_classes(database, {.class_names = options.class_names});
  options.traits = thumbnail_traits(database.gallery());
  const DuplicateReport report = find_duplicates(database.gallery(), options);
  const bool is_json = parser.flag("json");
  for (const DuplicateGroup& group : report.groups) {
    if (is_json) {
      console.out << duplicate_group_json(group) << '\n';
    } else {
      print_group(console.out, group);
    }
  }
  (is_json ? console.err : console.out) << summary_of(report) << '\n';
  if (parser.has("report")) {
    const auto& file = parser.get<std::string>("report");
    write_file_atomic(file, page_of(database.gallery(), report));
    console.err << "wrote " << printable(file) << '\n';
  }
  return 0;
}

}  // namespace simdb::cli
