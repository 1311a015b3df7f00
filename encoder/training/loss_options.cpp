#include "encoder/training/loss_options.h"

#include <fmt/format.h>

#include <array>

#include "encoder/training/option_names_internal.h"

namespace simdb::training {
namespace {

constexpr std::array<NamedValue<LossKind>, 8> kLosses = {
    {{"triplet", LossKind::kTriplet},
     {"contrastive", LossKind::kContrastive},
     {"circle", LossKind::kCircle},
     {"multi-similarity", LossKind::kMultiSimilarity},
     {"supcon", LossKind::kSupCon},
     {"nt-xent", LossKind::kNtXent},
     {"pair", LossKind::kPair},
     {"cosface", LossKind::kCosFace}}};
constexpr std::array<NamedValue<MinerKind>, 3> kMiners = {{{"batch-all", MinerKind::kBatchAll},
                                                           {"batch-hard", MinerKind::kBatchHard},
                                                           {"semi-hard", MinerKind::kSemiHard}}};

struct Number {
  double own;
  double low;
  double high;
};

/// What a loss uses.
struct Uses {
  std::optional<MinerKind> miner;
  std::optional<Number> margin;
  std::optional<Number> scale;
};

Number scale_of(double own) { return {own, 0.01, 1000}; }

Uses triplet_uses(const LossOptions& options) {
  Uses uses;
  uses.miner = MinerKind::kSemiHard;
  // The soft margin has none of its own; the semi-hard miner still needs to know how far to look.
  const MinerKind miner = options.miner.value_or(*uses.miner);
  if (!options.soft_margin || miner == MinerKind::kSemiHard) uses.margin = Number{0.5, 1e-6, 2};
  if (options.soft_margin) uses.scale = scale_of(10);
  return uses;
}

Uses uses_of(const LossOptions& options) {
  switch (options.kind) {
    case LossKind::kTriplet:
      return triplet_uses(options);
    case LossKind::kContrastive:
      return {{}, Number{1, 1e-6, 2}, {}};
    case LossKind::kCircle:
      return {{}, Number{0.4, 0, 1}, scale_of(24)};
    case LossKind::kMultiSimilarity:
      return {MinerKind::kBatchHard, Number{0.5, -1, 1}, scale_of(50)};
    case LossKind::kSupCon:
      return {{}, {}, scale_of(10)};
    case LossKind::kNtXent:
      return {{}, Number{0.2, 0, 2}, scale_of(16)};
    case LossKind::kPair:
      return {};
    case LossKind::kCosFace:
      return {{}, Number{0.35, 0, 1}, scale_of(30)};
  }
  throw Error(ErrorCode::kUsage, "there is no such loss");
}

void require_used(std::string_view option, bool given, bool used, const LossOptions& options) {
  if (!given || used) return;
  throw Error(ErrorCode::kUsage,
              fmt::format("{} has no meaning for --loss {}{}; leave it out", option,
                          to_string(options.kind), options.soft_margin ? " --soft-margin" : ""));
}

}  // namespace

LossOptions with_own_defaults(const LossOptions& options) {
  const Uses uses = uses_of(options);
  LossOptions full = options;
  if (uses.miner && !full.miner) full.miner = uses.miner;
  if (uses.margin && !full.margin) full.margin = uses.margin->own;
  if (uses.scale && !full.scale) full.scale = uses.scale->own;
  return full;
}

std::string to_string(const LossOptions& options) {
  const LossOptions full = with_own_defaults(options);
  std::string text(to_string(full.kind));
  if (full.miner) text += fmt::format(", miner {}", to_string(*full.miner));
  if (full.soft_margin) text += ", soft margin";
  if (full.margin) text += fmt::format(", margin {:g}", *full.margin);
  if (full.scale) text += fmt::format(", scale {:g}", *full.scale);
  return text;
}

void require_valid(const LossOptions& options) {
  const Uses uses = uses_of(options);
  require_used("--soft-margin", options.soft_margin, options.kind == LossKind::kTriplet, options);
  require_used("--miner", options.miner.has_value(), uses.miner.has_value(), options);
  require_used("--margin", options.margin.has_value(), uses.margin.has_value(), options);
  require_used("--scale", options.scale.has_value(), uses.scale.has_value(), options);
  require_used("--miner semi-hard", options.miner == MinerKind::kSemiHard,
               options.kind == LossKind::kTriplet, options);
  if (options.margin && uses.margin) {
    require_between("--margin", *options.margin, uses.margin->low, uses.margin->high);
  }
  if (options.scale && uses.scale) {
    require_between("--scale", *options.scale, uses.scale->low, uses.scale->high);
  }
}

LossKind parse_loss(std::string_view name) { return find_choice(kLosses, "loss", name); }
MinerKind parse_miner(std::string_view name) { return find_choice(kMiners, "miner", name); }
std::string_view to_string(LossKind loss) noexcept { return name_of(kLosses, loss); }
std::string_view to_string(MinerKind miner) noexcept { return name_of(kMiners, miner); }

}  // namespace simdb::training
