#include "encoder/training/exact_turns.h"

namespace simdb::training {

torch::Tensor turn_exactly(const torch::Tensor& planes, const AugmentOptions& options) {
  if (!options.symmetry && !options.mirror) return planes;
  const auto coin = [&] {
    return torch::randint(2, {planes.size(0), 1, 1, 1}, torch::kInt64) == 1;
  };
  constexpr std::int64_t kRows = 2;
  constexpr std::int64_t kColumns = 3;
  const torch::Tensor mirrored = options.mirror ? coin() : torch::zeros({1}, torch::kBool);
  torch::Tensor turned = torch::where(mirrored, planes.flip(kColumns), planes);
  if (!options.symmetry) return turned;
  turned = torch::where(coin(), turned.flip({kRows, kColumns}), turned);
  if (planes.size(kRows) != planes.size(kColumns)) return turned;
  return torch::where(coin(), turned.transpose(kRows, kColumns).flip(kColumns), turned);
}

}  // namespace simdb::training
