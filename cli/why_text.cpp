#include "cli/why_text.h"

#include <fmt/format.h>

#include <algorithm>

#include "cli/decision_text.h"
#include "cli/render.h"

namespace simdb::cli {
namespace {

// Of a list for a person; JSON has all.
constexpr std::size_t kNamed = 5;
constexpr std::size_t kClassesShown = 8;
constexpr std::size_t kWidestName = 24;

std::string ids_of(const std::vector<ItemId>& ids) {
  std::string text;
  for (std::size_t i = 0; i < std::min(kNamed, ids.size()); ++i) {
    text += (i == 0 ? "" : ", ") + std::to_string(to_number(ids[i]));
  }
  return ids.size() > kNamed ? text + ", ..." : text;
}

// What a p-value counts.
std::string counted(const ClassStanding& standing) {
  const auto of = [&](const char* whose, const char* what) {
    return fmt::format("{} of {}{} {}", standing.no_larger, whose, standing.scores, what);
  };
  switch (standing.calibrated_by) {
    case CalibratedBy::kItems:
      return of("its own ", "items are no nearer to the rest of the class");
    case CalibratedBy::kHeldOut:
      return of("its ", "held-out images are no nearer");
    case CalibratedBy::kClasses:
      return of("", "other classes have an item that is no nearer to its own class");
    case CalibratedBy::kAllItems:
      return of("the ", "items of all classes are no nearer to the rest of their own class");
    case CalibratedBy::kNothing:
      break;
  }
  return {};
}

void print_lines(std::ostream& out, const std::vector<std::string>& lines) {
  for (const std::string& line : lines) out << "  " << printable(line) << '\n';
}

void print_classes(std::ostream& out, const Reasons& reasons) {
  const std::vector<ClassReason>& classes = reasons.why.classes;
  const std::size_t shown = std::min(kClassesShown, classes.size());
  std::size_t width = 0;
  for (std::size_t i = 0; i < shown; ++i) {
    width = std::max(width, std::min(kWidestName, printable(classes[i].class_name).size()));
  }
  out << "\nThe classes in question\n";
  for (std::size_t i = 0; i < shown; ++i) {
    std::string name = printable(classes[i].class_name);
    for (const std::string& sentence : class_sentences(reasons, classes[i])) {
      out << fmt::format("  {:<{}}  {}\n", name, width, sentence);
      name.clear();
    }
  }
  if (shown < classes.size()) {
    out << fmt::format("  and {}; --json has all\n",
                       count_of(classes.size() - shown, "more class", "more classes"));
  }
}

void print_neighbors(std::ostream& out, const Reasons& reasons) {
  const std::vector<LabeledNeighbor>& voters = reasons.answer.prediction.neighbors;
  std::vector<LabeledNeighbor> shown = voters;
  if (reasons.why.runner_up && reasons.answer.prediction.ranking.size() == 1) {
    const auto& others = reasons.why.runner_up->nearest;
    shown.insert(shown.end(), others.begin(), others.end());
  }
  std::vector<ItemId> ids;
  ids.reserve(shown.size());
  for (const LabeledNeighbor& item : shown) ids.push_back(item.id);
  const auto records = reasons.decider.database().gallery().get_many(ids);
  out << "\nThe neighbours, nearest first\n"
         "  similarity     vote      id  added                 class and source\n";
  for (std::size_t i = 0; i < shown.size(); ++i) {
    const LabeledNeighbor& item = shown[i];
    if (i == voters.size()) out << "The nearest of " << printable(item.class_name) << '\n';
    const std::string share = i < voters.size() ? percent(reasons.why.voters[i].share) : "-";
    const std::optional<ItemRecord>& record = records[i];
    out << fmt::format("  {:>10.4f}  {:>7}  {:>6}  {:<20}  {}  {}", item.similarity, share,
                       to_number(item.id), record ? iso_time(record->added_ms) : "-",
                       printable(item.class_name), printable(item.source));
    if (record && !record->info.key.empty()) out << "  key " << printable(record->info.key);
    out << '\n';
  }
}

}  // namespace

std::vector<std::string> vote_sentences(const Reasons& reasons) {
  const Prediction& prediction = reasons.answer.prediction;
  if (prediction.ranking.empty()) return {};
  std::vector<std::string> sentences;
  const std::size_t all = prediction.neighbors.size();
  if (prediction.ranking.size() == 1) {
    sentences.push_back(
        all == 1 ? "Its only neighbour is of class " + prediction.class_name + "."
                 : fmt::format("All {} neighbours are of class {}.", all, prediction.class_name));
  } else {
    std::string text;
    std::size_t named = 0;
    for (const ClassReason& entry : reasons.why.classes) {
      if (entry.voters == 0 || named == kNamed) break;
      text += fmt::format("{}{} of {}", named == 0 ? "" : ", ", entry.voters, entry.class_name);
      ++named;
    }
    if (prediction.ranking.size() > named) text += ", ...";
    sentences.push_back(fmt::format("The {} neighbours are: {}.", all, text));
    sentences.emplace_back("The nearer one is, and the smaller its class, the more it counts.");
  }
  if (!reasons.decider.alpha()) {
    sentences.push_back(
        fmt::format("An image is unknown where its nearest neighbour has a similarity below {}.",
                    reasons.decider.options().accept_similarity));
  }
  return sentences;
}

std::vector<std::string> class_sentences(const Reasons& reasons, const ClassReason& entry) {
  std::vector<std::string> sentences;
  const ClassStanding& standing = entry.standing;
  const std::string nearest =
      fmt::format("its nearest item has similarity {:.4f}", entry.similarity);
  if (standing.needed && standing.p) {
    sentences.push_back(
        entry.is_possible
            ? fmt::format("possible: {}, {:.4f} is enough", nearest, *standing.needed)
            : fmt::format("not possible: {}, it takes {:.4f}", nearest, *standing.needed));
    sentences.push_back(fmt::format("p {:.2g}: {}", *standing.p, counted(standing)));
  } else if (reasons.decider.alpha()) {
    sentences.push_back(
        fmt::format("{}: {}", entry.is_possible ? "possible" : "not possible", nearest));
    sentences.push_back(fmt::format("no p-value, {}: it has to win the vote and to reach {}",
                                    reasons.decider.options().filter.where.empty()
                                        ? "there are too few items"
                                        : "--where leaves out items",
                                    reasons.decider.options().accept_similarity));
  } else {
    sentences.push_back(nearest);
  }
  sentences.push_back(fmt::format("{} of the vote, by {} of its {}", percent(entry.share),
                                  entry.voters, count_of(entry.items, "item", "items")));
  return sentences;
}

std::vector<std::string> decisive_sentences(const Reasons& reasons) {
  const auto text_of = [&](const AnswerWithout& without) {
    return answer_text({without.prediction, without.decision}, reasons.decider);
  };
  const Prediction& prediction = reasons.answer.prediction;
  std::vector<std::string> sentences;
  std::size_t left_out = 0;
  std::size_t decisive = 0;
  for (const VoterReason& voter : reasons.why.voters) {
    if (!voter.without) break;
    const LabeledNeighbor& item = prediction.neighbors[left_out++];
    if (!voter.without->is_other || ++decisive > kNamed) continue;
    sentences.push_back(fmt::format("Without item {} ({}) the answer would be: {}",
                                    to_number(item.id), item.class_name, text_of(*voter.without)));
  }
  if (decisive > kNamed) {
    sentences.push_back(fmt::format("So it is with {} more of the neighbours.", decisive - kNamed));
  }
  if (decisive == 0) {
    sentences.push_back(
        left_out == 1
            ? "Without its neighbour the answer would be the same."
            : fmt::format("No single item: without any one of the {} {}neighbours the answer would "
                          "be the same.",
                          left_out, left_out < reasons.why.voters.size() ? "nearest " : ""));
  }
  const auto& overturned = reasons.why.overturned;
  if (overturned && overturned->is_other && overturned->items.size() > 1) {
    sentences.push_back(fmt::format("Without the {} nearest of {} (items {}) it would be: {}",
                                    overturned->items.size(), prediction.class_name,
                                    ids_of(overturned->items), text_of(*overturned)));
  } else if (!overturned && reasons.why.runner_up && !reasons.decider.options().within) {
    // The look-up went on behind the voters, so there were as many.
    sentences.push_back(fmt::format("Even without the {} nearest of {} that would win the vote.",
                                    kWinnersLeftOut, prediction.class_name));
  }
  return sentences;
}

std::vector<std::string> runner_up_sentences(const Reasons& reasons) {
  if (!reasons.why.runner_up) return {};
  const RunnerUp& second = *reasons.why.runner_up;
  const float nearest = second.nearest.front().similarity;
  std::vector<std::string> sentences;
  if (second.wins_from) {
    sentences.push_back(
        fmt::format("To win the vote, its nearest item would need a similarity of {:.4f}; it has "
                    "{:.4f}.",
                    *second.wins_from, nearest));
  } else {
    sentences.emplace_back("It would not win the vote even if one of its items were this image.");
  }
  const auto entry =
      std::ranges::find(reasons.why.classes, second.class_name, &ClassReason::class_name);
  const ClassStanding& standing = entry->standing;
  if (standing.needed && !entry->is_possible) {
    sentences.push_back(
        fmt::format("To be possible at all, it would need {:.4f}.", *standing.needed));
  } else if (!standing.needed && reasons.decider.alpha()) {
    sentences.emplace_back("It can't have a p-value: there are too few items that could tell.");
  }
  return sentences;
}

void print_why(std::ostream& out, const Reasons& reasons) {
  out << answer_text(reasons.answer, reasons.decider) << '\n';
  if (reasons.answer.prediction.ranking.empty()) return;
  print_lines(out, vote_sentences(reasons));
  print_classes(out, reasons);
  out << "\nWhat was decisive\n";
  print_lines(out, decisive_sentences(reasons));
  if (reasons.why.runner_up) {
    out << "\nWhat would make it " << printable(reasons.why.runner_up->class_name) << '\n';
    print_lines(out, runner_up_sentences(reasons));
  }
  print_neighbors(out, reasons);
}

}  // namespace simdb::cli
