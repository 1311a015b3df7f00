#include "simdb/review.h"

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
#include "cli/shell_word.h"
#include "core/file_io.h"
#include "database/item_selection.h"
#include "pipeline/analysis_json.h"
#include "simdb/error.h"

namespace simdb::cli {
namespace po = boost::program_options;
namespace {

using Words = std::vector<std::string>;

std::string ids_of(std::span<const ItemId> ids) {
  std::string text;
  for (const ItemId id : ids) text += " " + std::to_string(to_number(id));
  return text;
}

std::string reason_of(const DoubtfulItem& entry) {
  std::string text;
  if (!entry.same_file.empty()) {
    text = "the same file is in another class as item" + ids_of(entry.same_file);
  }
  if (!entry.other_class.empty()) {
    text += fmt::format("{}{} of the vote for {}, {} for its own class{}", text.empty() ? "" : "; ",
                        percent(entry.other_share), printable(entry.other_class),
                        percent(entry.own_share),
                        entry.is_confident || !entry.same_file.empty() ? "" : " (not sure)");
  }
  return text;
}

std::vector<std::string> next_steps(const DoubtfulItem& entry) {
  const std::string id = std::to_string(to_number(entry.item.id));
  std::vector<std::string> steps;
  if (!entry.other_class.empty()) {
    const bool is_option = entry.other_class.front() == '-';
    steps.push_back("simdb mv " + id + (is_option ? " -- " : " ") + shell_word(entry.other_class));
  }
  steps.push_back("simdb rm " + id);
  steps.push_back("simdb review --keep " + id);
  return steps;
}

void print_item(std::ostream& out, const DoubtfulItem& entry) {
  out << fmt::format("{:>8}  {:<20}  {}\n", to_number(entry.item.id),
                     printable(entry.item.info.class_name), printable(entry.item.info.source))
      << "          " << reason_of(entry) << "\n          "
      << fmt::format("{}", fmt::join(next_steps(entry), "  |  ")) << '\n';
}

std::string summary_of(const LabelReview& review, std::size_t listed) {
  std::string text = fmt::format("{} of {} in doubt", review.items.size(),
                                 count_of(review.judged, "judged item", "judged items"));
  if (listed < review.items.size()) text += fmt::format(", the worst {} listed", listed);
  if (review.kept > 0) text += fmt::format("; {} more were kept", review.kept);
  if (!review.small_classes.empty()) {
    text += fmt::format("; not judged, for fewer than {} items:", kLeastReviewed);
    constexpr std::size_t kMost = 10;
    for (std::size_t i = 0; i < std::min(kMost, review.small_classes.size()); ++i) {
      text += (i == 0 ? " " : ", ") + printable(review.small_classes[i].name);
    }
    if (review.small_classes.size() > kMost) {
      text += fmt::format(" and {} more classes", review.small_classes.size() - kMost);
    }
  }
  return text;
}

PictureGroup page_group(const Gallery& gallery, const DoubtfulItem& entry) {
  constexpr std::size_t kNeighborsShown = 8;
  PictureGroup shown{
      .title = std::to_string(to_number(entry.item.id)) + ", " + entry.item.info.class_name,
      .note = reason_of(entry),
      .is_urgent = !entry.same_file.empty(),
      .commands = next_steps(entry)};
  shown.pictures.push_back({.title = shown.title,
                            .fact = "the item",
                            .source = entry.item.info.source,
                            .thumbnail = gallery.thumbnail(entry.item.id)});
  for (const LabeledNeighbor& hit :
       std::span(entry.neighbors).first(std::min(kNeighborsShown, entry.neighbors.size()))) {
    shown.pictures.push_back({.title = std::to_string(to_number(hit.id)) + ", " + hit.class_name,
                              .fact = fmt::format("similarity {:.4f}", hit.similarity),
                              .source = hit.source,
                              .thumbnail = gallery.thumbnail(hit.id)});
  }
  return shown;
}

std::string page_of(const Gallery& gallery, std::span<const DoubtfulItem> listed,
                    const std::string& summary) {
  PicturePage page{.kind = "simdb review",
                   .title = "Labels in doubt",
                   .lead = summary + ". Each is followed by its nearest neighbours."};
  const std::size_t shown = std::min(kMostPageGroups, listed.size());
  for (const DoubtfulItem& entry : listed.first(shown)) {
    page.groups.push_back(page_group(gallery, entry));
  }
  page.more_groups = listed.size() - shown;
  return render_picture_page(page);
}

std::size_t limit_of(const ArgumentParser& parser) {
  return parser.has("limit") ? parser.get<std::uint64_t>("limit") : SIZE_MAX;
}

std::size_t keep_items(const ArgumentParser& parser, std::span<const ItemId> ids,
                       Console& console) {
  if (auto remote = Remote::of(parser)) {
    return count_in(remote->post(Remote::Target("/v1/review/keep"), {{"ids", numbers_of(ids)}}),
                    "kept");
  }
  Database database = open_to_write(parser, console);
  require_items(database.gallery(), ids, "nothing was changed");
  return keep_labels(database.gallery(), ids);
}

int keep(const ArgumentParser& parser, Console& console) {
  for (const char* option : {"class", "limit", "report"}) {
    if (parser.has(option)) {
      throw Error(ErrorCode::kUsage, fmt::format("--keep takes ids, not --{}", option));
    }
  }
  const std::vector<ItemId> ids = parse_ids(parser.positional());
  if (ids.empty()) {
    throw Error(ErrorCode::kUsage, "which items are right? 'simdb review --keep ID...'");
  }
  const std::size_t kept = keep_items(parser, ids, console);
  if (parser.flag("json")) {
    print_json(console.out, {{"kept", kept}});
  } else {
    console.out << "kept " << count_of(kept, "item", "items") << '\n';
  }
  return 0;
}

int list_remote(const ArgumentParser& parser, Remote& remote, Console& console) {
  refuse_option(parser, "report", "it takes the pictures from the database's own folder");
  const bool is_json = parser.flag("json");
  Remote::Target target("/v1/review");
  add_words(target, parser, "class");
  target.with("k", parser.get<std::size_t>("k"));
  LabelReview review;
  const std::size_t limit = limit_of(parser);
  const auto page = each_entry(remote, target, "items", [&](std::string_view text) {
    review.items.push_back(doubtful_item_from(parse_answer(text)));
    if (review.items.size() > limit) return;
    if (is_json) {
      console.out << text << '\n';
    } else {
      print_item(console.out, review.items.back());
    }
  });
  read_counts(page, review);
  (is_json ? console.err : console.out)
      << summary_of(review, std::min(review.items.size(), limit)) << '\n';
  return 0;
}

}  // namespace

int run_review(std::span<const std::string> args, Console& console) {
  ArgumentParser parser(
      "review   or   simdb review --keep ID...",
      "Lists items whose label their nearest neighbours, or the same file in another class,\n"
      "contradict; the worst first. Changes nothing. What to do next stands below each: 'simdb\n"
      "mv' and 'simdb rm', or --keep if the label is right, which is remembered until the item\n"
      "moves to another class.");
  parser.options().add_options()("keep", "the labels of these items are right: list them no more");
  parser.options().add_options()("class", po::value<Words>()->composing()->value_name("C"),
                                 "only items of this class; several: of any of them");
  parser.options().add_options()("limit", po::value<std::uint64_t>()->value_name("N"),
                                 "only the worst N");
  parser.options().add_options()(
      "k,k", po::value<std::size_t>()->default_value(20)->value_name("N"), "neighbours that vote");
  parser.options().add_options()("report", po::value<std::string>()->value_name("FILE.html"),
                                 "a page with the pictures and those of their neighbours");
  parser.with_server().with_json();
  if (!parser.parse(args, console, 0, kAnyNumber)) return 0;
  if (parser.flag("keep")) return keep(parser, console);
  if (!parser.positional().empty()) {
    throw Error(ErrorCode::kUsage, "unexpected argument '" + parser.positional()[0] +
                                       "'; ids come with --keep; see 'simdb review --help'");
  }
  ReviewOptions options{.k = parser.get<std::size_t>("k")};
  if (options.k == 0) throw Error(ErrorCode::kUsage, "-k must be at least 1");
  if (parser.has("report")) output_path(parser.get<std::string>("report"));  // before the work
  if (parser.has("class")) options.class_names = parser.get<Words>("class");
  if (auto remote = Remote::of(parser)) return list_remote(parser, *remote, console);
  const Database database = open_database(parser, OpenMode::kReadOnly);
  require_classes(database, {.class_names = options.class_names});
  const LabelReview review = review_labels(database.gallery(), options);
  const std::span<const DoubtfulItem> listed =
      std::span(review.items).first(std::min(review.items.size(), limit_of(parser)));
  for (const DoubtfulItem& entry : listed) {
    if (parser.flag("json")) {
      console.out << doubtful_item_json(entry) << '\n';
    } else {
      print_item(console.out, entry);
    }
  }
  const std::string summary = summary_of(review, listed.size());
  (parser.flag("json") ? console.err : console.out) << summary << '\n';
  if (parser.has("report")) {
    const auto& file = parser.get<std::string>("report");
    write_file_atomic(file, page_of(database.gallery(), listed, summary));
    console.err << "wrote " << printable(file) << '\n';
  }
  return 0;
}

}  // namespace simdb::cli
