#include "encoder/training/train_options.h"

#include <fmt/format.h>

#include <array>

#include "core/embedding.h"
#include "encoder/training/option_names_internal.h"

namespace simdb::training {
namespace {

constexpr std::array<NamedValue<OptimizerKind>, 2> kOptimizers = {
    {{"adam", OptimizerKind::kAdam}, {"adamw", OptimizerKind::kAdamW}}};
constexpr std::array<NamedValue<bool AugmentOptions::*>, 5> kAugments = {
    {{"affine", &AugmentOptions::affine},
     {"light", &AugmentOptions::light},
     {"noise", &AugmentOptions::noise},
     {"colors", &AugmentOptions::colors},
     {"symmetry", &AugmentOptions::symmetry}}};
constexpr AugmentOptions kNoAugment = {false, false, false, false, false};

}  // namespace

AugmentOptions parse_augment(std::string_view text) {
  AugmentOptions augment = kNoAugment;
  std::string_view rest = text;
  do {
    const std::size_t comma = rest.find(',');
    std::string_view name = rest.substr(0, comma);
    rest = comma == std::string_view::npos ? std::string_view() : rest.substr(comma + 1);
    if (name == "none") {
      augment = kNoAugment;
    } else if (name == "default") {
      augment = AugmentOptions();
    } else {
      const bool wanted = !name.starts_with('-');
      if (!wanted) name.remove_prefix(1);
      augment.*find_choice(kAugments, "augmentation", name) = wanted;
    }
  } while (!rest.empty());
  return augment;
}

std::string to_string(const AugmentOptions& augment) {
  std::string list;
  for (const auto& [name, member] : kAugments) {
    if (augment.*member) list += fmt::format("{}{}", list.empty() ? "" : ",", name);
  }
  return list.empty() ? "none" : list;
}

OptimizerKind parse_optimizer(std::string_view name) {
  return find_choice(kOptimizers, "optimizer", name);
}
std::string_view to_string(OptimizerKind kind) noexcept { return name_of(kOptimizers, kind); }

void require_valid(const TrainOptions& options) {
  if (options.network.dimension < 1) require_between("--dim", options.network.dimension, 16, 512);
  require_valid_dimension(static_cast<std::size_t>(options.network.dimension));
  require_between("--width", options.network.width, 1, 1024);
  require_between("--depth", options.network.depth, 1, 6);
  require_valid(options.loss);
  require_between("--learning-rate", options.learning_rate, 1e-9, 10);
  require_between("--batch", options.batch, 4, 65536);
  require_between("--epochs", options.epochs, 1, 1e6);
  require_between("--patience", options.patience, 1, 1e6);
  require_between("--validation-share", options.validation_share, 0, 0.9);
  require_between("--threads", options.threads, 0, 1024);
}

}  // namespace simdb::training
