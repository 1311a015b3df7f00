#include <fmt/format.h>

#include <algorithm>

#include "cli/decision_text.h"
#include "cli/render.h"
#include "cli/report/picture_page.h"
#include "cli/why_text.h"

namespace simdb::cli {
namespace {

constexpr std::size_t kClassesOnPage = 6;
constexpr std::size_t kDateLength = 10;  // 2026-11-29

std::string joined(const std::vector<std::string>& sentences) {
  std::string text;
  for (const std::string& sentence : sentences) {
    if (!text.empty()) text += text.ends_with('.') ? " " : ". ";
    text += sentence;
  }
  return text;
}

// A picture of a neighbour; without a share it had no vote.
PagePicture picture_of(const Reasons& reasons, const KeptPictures* kept,
                       const LabeledNeighbor& item, const VoterReason* voter) {
  const Gallery& gallery = reasons.decider.database().gallery();
  std::string fact = fmt::format("similarity {:.4f}", item.similarity);
  if (voter) fact += fmt::format(", {} of the vote", percent(voter->share));
  if (const auto record = gallery.get(item.id)) {
    fact += ", added " + iso_time(record->added_ms).substr(0, kDateLength);
  }
  PagePicture picture{.title = std::to_string(to_number(item.id)) + ", " + item.class_name,
                      .fact = std::move(fact),
                      .source = item.source,
                      .thumbnail = gallery.thumbnail(item.id)};
  if (const auto embedding = kept ? gallery.embedding(item.id) : std::nullopt) {
    picture.kept = kept->of(embedding->values(), picture.thumbnail, picture.title);
  }
  return picture;
}

// The pictures of the voters that `is_shown` chooses.
template <typename Choose>
void add_voters(PictureGroup& group, const Reasons& reasons, const KeptPictures* kept,
                Choose&& is_shown) {
  const auto& neighbors = reasons.answer.prediction.neighbors;
  for (std::size_t i = 0; i < neighbors.size(); ++i) {
    if (group.pictures.size() == kMostPagePictures) return;
    const VoterReason& voter = reasons.why.voters[i];
    if (is_shown(neighbors[i], voter)) {
      group.pictures.push_back(picture_of(reasons, kept, neighbors[i], &voter));
    }
  }
}

PictureGroup class_group(const Reasons& reasons, const KeptPictures* kept,
                         const ClassReason& entry) {
  PictureGroup group{.title = entry.class_name, .note = joined(class_sentences(reasons, entry))};
  add_voters(group, reasons, kept, [&](const LabeledNeighbor& item, const VoterReason&) {
    return item.class_name == entry.class_name;
  });
  const auto& second = reasons.why.runner_up;
  if (second && second->class_name == entry.class_name) {
    group.note += ". " + joined(runner_up_sentences(reasons));
    for (const LabeledNeighbor& item : second->nearest) {
      if (entry.voters > 0 || group.pictures.size() == kMostPagePictures) break;
      group.pictures.push_back(picture_of(reasons, kept, item, nullptr));
    }
  }
  return group;
}

}  // namespace

std::string why_page(const Reasons& reasons, const AskedImage& asked, const KeptPictures* kept) {
  PicturePage page{.kind = "simdb why",
                   .title = answer_text(reasons.answer, reasons.decider),
                   .lead = joined(vote_sentences(reasons))};
  page.groups.push_back(
      {.title = "The image",
       .pictures = {{.title = "the image asked about",
                     .fact = std::string(reasons.decider.verdict(reasons.answer)),
                     .source = asked.name,
                     .thumbnail = {asked.thumbnail.begin(), asked.thumbnail.end()}}}});
  if (kept != nullptr) {
    page.groups.back().note =
        "The second picture of an image is made again from its embedding: what the encoder keeps "
        "of it. What looks alike there is alike to simdb.";
    page.groups.back().pictures.front().kept =
        kept->of(asked.embedding, asked.thumbnail, asked.name);
  }
  if (reasons.answer.prediction.ranking.empty()) return render_picture_page(page);
  PictureGroup decisive{.title = "What was decisive", .note = joined(decisive_sentences(reasons))};
  add_voters(decisive, reasons, kept, [](const LabeledNeighbor&, const VoterReason& voter) {
    return voter.without && voter.without->is_other;
  });
  decisive.is_urgent = !decisive.pictures.empty();
  page.groups.push_back(std::move(decisive));
  const std::vector<ClassReason>& classes = reasons.why.classes;
  for (std::size_t i = 0; i < std::min(kClassesOnPage, classes.size()); ++i) {
    page.groups.push_back(class_group(reasons, kept, classes[i]));
  }
  page.more_groups = classes.size() - std::min(kClassesOnPage, classes.size());
  return render_picture_page(page);
}

}  // namespace simdb::cli
