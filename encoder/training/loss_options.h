#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace simdb::training {

/// What training makes small; docs/training.md has the formulas and when to use which.
enum class LossKind {
  kTriplet,
  kContrastive,
  kCircle,
  kMultiSimilarity,
  kSupCon,
  kNtXent,
  kPair,
  kCosFace
};

/// Which triplets or pairs of a batch a loss looks at; see miners.h.
enum class MinerKind { kBatchAll, kBatchHard, kSemiHard };

/// A loss and its numbers. What is left empty has the loss's own default.
struct LossOptions {
  LossKind kind = LossKind::kNtXent;
  std::optional<MinerKind> miner;
  std::optional<double> margin;
  std::optional<double> scale;  ///< steepness; 1 / temperature
  bool soft_margin = false;     ///< triplet: softplus instead of the hinge
};

/// `options` with the loss's own defaults filled in; what the loss does not use stays empty. Throws
/// Error(kUsage) for a loss outside the enum.
LossOptions with_own_defaults(const LossOptions& options);

/// The loss and what it uses, as "triplet, miner semi-hard, margin 0.5".
std::string to_string(const LossOptions& options);

/// Throws Error(kUsage) naming the option, and its bounds if it is outside them. An option that the
/// loss does not use is refused.
void require_valid(const LossOptions& options);

LossKind parse_loss(std::string_view name);    ///< Throws Error(kUsage) naming the choices.
MinerKind parse_miner(std::string_view name);  ///< Throws Error(kUsage) naming the choices.
std::string_view to_string(LossKind loss) noexcept;
std::string_view to_string(MinerKind miner) noexcept;

}  // namespace simdb::training
