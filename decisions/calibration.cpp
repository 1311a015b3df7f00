#include "simdb/calibration.h"

#include <algorithm>
#include <bit>
#include <filesystem>
#include <set>
#include <utility>

#include "core/parallel.h"
#include "decisions/calibration_state.h"
#include "index/best_similarity.h"
#include "simdb/error.h"

namespace simdb {
namespace {

// Records and embeddings that are in memory at a time for each thread, beside the embeddings of the
// class.
constexpr std::size_t kItemsAtOnce = 1024;

std::string text_of(const MetadataValue& value) {
  struct Text {
    std::string operator()(const std::string& text) const {
      return std::string("text ").append(text);
    }
    std::string operator()(double number) const {
      return std::string("number ").append(std::to_string(std::bit_cast<std::uint64_t>(number)));
    }
    std::string operator()(bool flag) const { return flag ? "true" : "false"; }
  };
  return std::visit(Text(), value);
}

std::string group_of(const ItemInfo& info, const CalibrationChoices& choices) {
  if (choices.group_by_folder && !info.source.empty()) {
    return std::filesystem::path(info.source).parent_path().string();
  }
  if (choices.group_by.empty()) return "";
  const auto field = info.metadata.find(choices.group_by);
  return field == info.metadata.end() ? "" : text_of(field->second);
}

// The similarities of the held-out images of a class to their nearest items.
std::vector<float> held_out_scores(const HeldOutImages& held_out, const std::string& name,
                                   const ClassItems& items) {
  EmbeddingBatch rows(held_out.embeddings.dimension());
  for (std::size_t i = 0; i < held_out.class_names.size(); ++i) {
    if (held_out.class_names[i] == name) rows.append_unit(held_out.embeddings.row(i));
  }
  if (rows.empty()) return {};
  const std::vector<std::uint32_t> asked(rows.rows(), 1);
  const std::vector<std::uint32_t> others(items.embeddings.rows(), 0);
  std::vector<float> scores = best_in_other_groups({rows, asked}, {items.embeddings, others});
  std::sort(scores.begin(), scores.end());
  return scores;
}

// What one class has become.
struct Rescored {
  ClassScores scores;
  std::vector<ItemId> items;
};

using Classes = std::vector<CalibrationState::Class>;

}  // namespace

std::optional<std::uint32_t> CalibrationState::place_of(std::string_view name) const {
  const auto found = std::lower_bound(
      classes.begin(), classes.end(), name,
      [](const Class& known, std::string_view wanted) { return known.name < wanted; });
  if (found == classes.end() || found->name != name) return std::nullopt;
  return static_cast<std::uint32_t>(found - classes.begin());
}

std::span<const CalibrationState::Item> CalibrationState::entries_of(ItemId id) const {
  const auto first = std::lower_bound(items.begin(), items.end(), Item{id, 0});
  auto last = first;
  while (last != items.end() && last->id == id) ++last;
  return {first, last};
}

ClassItems read_class(const Gallery& gallery, const std::string& name,
                      const CalibrationChoices& choices, const Calibration::TrainedOn& trained_on) {
  ClassItems all(gallery.dimension());
  const std::vector<ItemId> ids = gallery.items_of(name);
  for (std::span<const ItemId> rest = ids; !rest.empty();) {
    const auto some = rest.first(std::min(rest.size(), kItemsAtOnce));
    const auto records = gallery.get_many(some);
    const auto embeddings = gallery.embeddings(some);
    for (std::size_t i = 0; i < some.size(); ++i) {
      const auto& record = records[i];
      const auto& embedding = embeddings[i];
      if (!record || !embedding) continue;  // removed meanwhile
      const ItemInfo& info = record->info;
      all.items.push_back({some[i], info.digest, group_of(info, choices)});
      all.embeddings.append(*embedding);
      all.trained_on.push_back(trained_on && info.digest != Sha256{} && trained_on(info.digest));
    }
    rest = rest.subspan(some.size());
  }
  return all;
}

namespace {

// Scores these classes anew; `before` knows those that have only gained items.
std::vector<Rescored> rescore(const Gallery& gallery, const CalibrationState& state,
                              std::span<const std::string> names,
                              const std::set<std::string>& stale,
                              const Calibration::TrainedOn& trained_on,
                              const std::function<void()>& check) {
  std::vector<Rescored> result(names.size());
  parallel_for(names.size(), 1, core_count(), [&](std::size_t first, std::size_t) {
    check();
    const std::string& name = names[first];
    const ClassItems all = read_class(gallery, name, state.choices, trained_on);
    Rescored& scored = result[first];
    for (const GroupedItem& item : all.items) scored.items.push_back(item.id);
    const auto place = state.place_of(name);
    if (all.items.empty()) return;
    if (!place || stale.contains(name)) {
      scored.scores = score_class(all);
    } else {
      std::vector<bool> added;
      added.reserve(scored.items.size());
      for (const ItemId id : scored.items) {
        added.push_back(!std::binary_search(state.items.begin(), state.items.end(),
                                            CalibrationState::Item{id, *place}));
      }
      scored.scores = score_class(all, state.classes[*place].scores, added);
    }
    if (state.held_out) scored.scores.held_out = held_out_scores(*state.held_out, name, all);
  });
  return result;
}

// Puts what became of some classes, in byte order of their names, in the place of what they were.
void replace(CalibrationState& state, std::span<const std::string> names,
             std::vector<Rescored> scored) {
  constexpr std::uint32_t kGone = UINT32_MAX;
  std::vector<std::uint32_t> moved(state.classes.size(), kGone);
  Classes classes;
  std::vector<CalibrationState::Item> items;
  std::size_t old = 0;
  const auto keep_before = [&](const std::string* name) {
    for (; old < state.classes.size() && (name == nullptr || state.classes[old].name < *name);
         ++old) {
      moved[old] = static_cast<std::uint32_t>(classes.size());
      classes.push_back(std::move(state.classes[old]));
    }
  };
  for (std::size_t i = 0; i < names.size(); ++i) {
    keep_before(&names[i]);
    if (old < state.classes.size() && state.classes[old].name == names[i]) ++old;
    if (scored[i].items.empty()) continue;
    const auto place = static_cast<std::uint32_t>(classes.size());
    for (const ItemId id : scored[i].items) items.push_back({id, place});
    classes.push_back({names[i], std::move(scored[i].scores)});
  }
  keep_before(nullptr);
  for (const CalibrationState::Item& item : state.items) {
    if (moved[item.place] != kGone) items.push_back({item.id, moved[item.place]});
  }
  std::sort(items.begin(), items.end());
  state.classes = std::move(classes);
  state.items = std::move(items);
}

// The classes that later changes touched; those in `stale` did not only gain items.
struct Touched {
  std::set<std::string> names;
  std::set<std::string> stale;
};

Touched touched_by(const Gallery& gallery, const CalibrationState& state,
                   std::span<const ItemEvent> events) {
  Touched touched;
  std::vector<ItemId> present;
  for (const ItemEvent& event : events) {
    if (event.kind != ChangeKind::kRemoved) present.push_back(event.id);
    // Those that it holds were there before, so this is no mere addition.
    for (const CalibrationState::Item& item : state.entries_of(event.id)) {
      touched.stale.insert(state.classes[item.place].name);
    }
  }
  for (std::span<const ItemId> rest = present; !rest.empty();) {
    const auto some = rest.first(std::min(rest.size(), kItemsAtOnce));
    for (const auto& record : gallery.get_many(some)) {
      if (record) touched.names.insert(record->info.class_name);
    }
    rest = rest.subspan(some.size());
  }
  touched.names.insert(touched.stale.begin(), touched.stale.end());
  return touched;
}

}  // namespace

Calibration::Calibration(std::shared_ptr<const CalibrationState> state)
    : state_(std::move(state)) {}
Calibration::Calibration(Calibration&&) noexcept = default;
Calibration& Calibration::operator=(Calibration&&) noexcept = default;
Calibration::Calibration(const Calibration&) = default;
Calibration& Calibration::operator=(const Calibration&) = default;
Calibration::~Calibration() = default;

Calibration Calibration::compute(const Gallery& gallery, CalibrationChoices choices,
                                 std::optional<HeldOutImages> held_out, const TrainedOn& trained_on,
                                 const std::function<void()>& check) {
  if (held_out && held_out->embeddings.dimension() != gallery.dimension()) {
    throw Error(ErrorCode::kUsage, "can't calibrate a gallery of dimension " +
                                       std::to_string(gallery.dimension()) + " by images of " +
                                       std::to_string(held_out->embeddings.dimension()));
  }
  auto state = std::make_shared<CalibrationState>();
  state->fingerprint = gallery.encoder_fingerprint();
  state->choices = std::move(choices);
  state->held_out = std::move(held_out);
  // First: what changes while the items are read is told later, and read again then.
  state->change = gallery.changes();
  state->mark = gallery.change_mark(state->change).value_or(0);
  std::vector<std::string> names;
  for (const ClassCount& entry : gallery.classes()) names.push_back(entry.name);
  replace(*state, names, rescore(gallery, *state, names, {}, trained_on, check));
  return Calibration(std::move(state));
}

bool Calibration::refresh(const Gallery& gallery, const TrainedOn& trained_on) {
  const std::uint64_t now = gallery.changes();
  const bool is_same = gallery.change_mark(state_->change) == state_->mark;
  if (is_same && now == state_->change) return false;
  const auto history = is_same ? gallery.changes_since(state_->change) : std::nullopt;
  if (!history) {
    const auto estimate = state_->estimate;
    *this = compute(gallery, state_->choices, state_->held_out, trained_on);
    if (estimate) set_estimate(*estimate);
    return true;
  }
  auto state = std::make_shared<CalibrationState>(*state_);
  const Touched touched = touched_by(gallery, *state, history->events);
  const std::vector<std::string> names(touched.names.begin(), touched.names.end());
  replace(*state, names, rescore(gallery, *state, names, touched.stale, trained_on, [] {}));
  state->change = history->through;
  state->mark = gallery.change_mark(state->change).value_or(0);
  state_ = std::move(state);
  return true;
}

Calibration Calibration::without_held_out() const {
  auto state = std::make_shared<CalibrationState>(*state_);
  state->held_out.reset();
  for (CalibrationState::Class& known : state->classes) known.scores.held_out.clear();
  return Calibration(std::move(state));
}

const CalibrationChoices& Calibration::choices() const noexcept { return state_->choices; }
bool Calibration::has_held_out() const noexcept { return state_->held_out.has_value(); }
const std::optional<CalibrationEstimate>& Calibration::estimate() const noexcept {
  return state_->estimate;
}
void Calibration::set_estimate(const CalibrationEstimate& estimate) {
  auto state = std::make_shared<CalibrationState>(*state_);
  state->estimate = estimate;
  state_ = std::move(state);
}

}  // namespace simdb
