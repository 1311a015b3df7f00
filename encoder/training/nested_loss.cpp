#include "encoder/training/nested_loss.h"

#include <utility>

#include "encoder/training/head_parts_internal.h"

namespace simdb::training {
namespace {

constexpr std::int64_t kShortest = 16;

class NestedLoss final : public Loss {
 public:
  explicit NestedLoss(std::unique_ptr<Loss> loss) : loss_(std::move(loss)) {}

  torch::Tensor operator()(const LossBatch& batch) override {
    const std::vector<std::int64_t> lengths = nested_lengths(batch.embeddings.size(1));
    torch::Tensor sum;
    for (const std::int64_t length : lengths) {
      LossBatch part = batch;
      part.embeddings = unit_rows(batch.embeddings.narrow(1, 0, length));
      const torch::Tensor loss = (*loss_)(part);
      sum = sum.defined() ? sum + loss : loss;
    }
    return sum / static_cast<double>(lengths.size());
  }

 private:
  std::unique_ptr<Loss> loss_;
};

}  // namespace

std::vector<std::int64_t> nested_lengths(std::int64_t dimension) {
  std::vector<std::int64_t> lengths;
  for (std::int64_t length = kShortest; length < dimension; length *= 2) lengths.push_back(length);
  lengths.push_back(dimension);
  return lengths;
}

std::unique_ptr<Loss> make_nested_loss(std::unique_ptr<Loss> loss) {
  return std::make_unique<NestedLoss>(std::move(loss));
}

}  // namespace simdb::training
