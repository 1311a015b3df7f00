#include "cli/class_effects.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <ostream>
#include <set>

#include "cli/interrupt.h"
#include "cli/render.h"
#include "cli/stored_calibration.h"

namespace simdb::cli {
namespace {

constexpr double kAlpha = 0.05;  // what 'query' goes by if nothing else is said
constexpr std::size_t kMostItemsNamed = 5;

std::string likeness(const ClassEffect& effect) {
  if (effect.most_alike.empty()) return "there is no other class";
  std::string text = fmt::format("most alike is '{}', similarity {:.3f}",
                                 printable(effect.most_alike), effect.alike_similarity);
  if (effect.own_similarity)
    text += fmt::format(" (its own images {:.3f})", *effect.own_similarity);
  return text;
}

std::string names_of(const std::vector<AffectedItem>& items) {
  std::string text;
  for (const AffectedItem& item : std::span(items).first(std::min(items.size(), kMostItemsNamed))) {
    text += fmt::format("{}{} ({})", text.empty() ? "" : ", ", to_number(item.id),
                        printable(item.class_name));
  }
  return text + (items.size() > kMostItemsNamed ? ", ..." : "");
}

}  // namespace

std::vector<std::string> new_classes(const Gallery& gallery, std::span<const LabeledPath> files) {
  std::set<std::string> names;
  for (const LabeledPath& file : files) names.insert(file.class_name);
  std::erase_if(names, [&](const std::string& name) { return gallery.class_size(name) > 0; });
  return {names.begin(), names.end()};
}

std::vector<ClassEffect> effects_of(const Database& database,
                                    std::span<const std::string> class_names,
                                    const PendingImages& pending) {
  const QueryOptions kept = database.kept_options();
  EffectOptions options{.k = kept.k, .rule = kept.rule, .alpha = kAlpha};
  options.trained_on = trained_on(database);
  options.check = [] { InterruptGuard::check(); };
  auto effects = effects_of_classes(database.gallery(), class_names, pending, options);
  std::erase_if(effects, [](const ClassEffect& effect) { return effect.images == 0; });
  return effects;
}

void print_effect(std::ostream& out, const ClassEffect& effect) {
  out << "new class '" << printable(effect.class_name)
      << "': " << count_of(effect.images, "image", "images");
  if (effect.asked > 0) {
    out << ", " << effect.right << " of " << effect.asked << " right when left out";
  }
  out << "; " << likeness(effect) << '\n';
  if (effect.affected_items > 0) {
    out << "  "
        << count_of(effect.affected_items, "item of another class may change its answer",
                    "items of other classes may change their answer")
        << ": an image of this class is nearest now to " << names_of(effect.affected) << '\n';
  }
  if (effect.calibrating < effect.needed) {
    out << "  " << effect.needed - effect.calibrating
        << " more images are needed before its own can tell strangers (" << effect.needed
        << " at alpha " << kAlpha << "; see 'simdb calibrate')\n";
  }
}

nlohmann::ordered_json to_json(const ClassEffect& effect) {
  nlohmann::ordered_json affected = nlohmann::ordered_json::array();
  for (const AffectedItem& item : effect.affected) {
    affected.push_back(
        {{"id", to_number(item.id)}, {"class", item.class_name}, {"similarity", item.similarity}});
  }
  nlohmann::ordered_json json = {{"new_class", effect.class_name}, {"images", effect.images},
                                 {"asked", effect.asked},          {"right", effect.right},
                                 {"own_similarity", nullptr},      {"most_alike", nullptr},
                                 {"alike_similarity", nullptr}};
  if (effect.own_similarity) json["own_similarity"] = *effect.own_similarity;
  if (!effect.most_alike.empty()) {
    json["most_alike"] = effect.most_alike;
    json["alike_similarity"] = effect.alike_similarity;
  }
  json["affected_items"] = effect.affected_items;
  json["affected"] = std::move(affected);
  json["calibrating"] = effect.calibrating;
  json["calibrating_needed"] = effect.needed;
  json["alpha"] = kAlpha;
  return json;
}

}  // namespace simdb::cli
