#include <fmt/format.h>

#include "encoder/training/head_parts_internal.h"
#include "encoder/training/tensor_floats_internal.h"
#include "simdb/error.h"

namespace simdb::training {
void require_valid_dropout(double dropout) {
  if (dropout >= 0 && dropout < 1) return;
  throw Error(ErrorCode::kUsage, fmt::format("a dropout of {} is not between 0 and 1", dropout));
}

torch::Tensor drop_features(const torch::Tensor& features, double share) {
  if (share <= 0) return features;
  const torch::Tensor kept = torch::rand(features.sizes()).ge(share).to(features.device());
  return features * kept / (1 - share);
}

torch::Tensor unit_rows(const torch::Tensor& rows) {
  constexpr double kTiny = 1e-12;  // a zero vector stays zero instead of becoming NaN
  return rows / rows.norm(2, 1, /*keepdim=*/true).clamp_min(kTiny);
}

DenseLayer to_layer(const torch::Tensor& weight, const torch::Tensor& bias, bool relu) {
  return {static_cast<int>(weight.size(1)), static_cast<int>(weight.size(0)), to_floats(weight),
          to_floats(bias), relu};
}

}  // namespace simdb::training
