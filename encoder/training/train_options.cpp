#include "encoder/training/train_options.h"

#include <array>

#include "core/embedding.h"
#include "encoder/training/option_names_internal.h"

namespace simdb::training {
namespace {

constexpr std::array<NamedValue<OptimizerKind>, 2> kOptimizers = {
    {{"adam", OptimizerKind::kAdam}, {"adamw", OptimizerKind::kAdamW}}};

}  // namespace

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
  require_between("--augment-strength", options.augment.strength, 0, 3);
  require_between("--threads", options.threads, 0, 1024);
}

}  // namespace simdb::training
