// Stored and foreign floats on their way to an embedding. Input: a number that tells the
// dimension, then floats.
#include <cmath>
#include <cstring>

#include "simdb/embedding.h"
#include "tests/fuzz/fuzz_support.h"

namespace {

using namespace simdb;

void require_invariant(std::span<const float> values) {
  double squared = 0;
  for (const float value : values) {
    fuzz::require(std::isfinite(value), "an embedding is finite");
    squared += static_cast<double>(value) * value;
  }
  fuzz::require(std::abs(std::sqrt(squared) - 1) <= 1.001e-3, "an embedding has length 1");
  fuzz::require(is_valid_dimension(values.size()), "an embedding has a valid dimension");
}

bool is_same(std::span<const float> a, std::span<const float> b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size_bytes()) == 0;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Fields fields(fuzz::bytes_of(data, size));
  const std::size_t number = fields.number(1);
  const std::size_t dimension = 16 * (number % 3) + number / 3;
  const auto bytes = fields.rest();
  std::vector<float> values(bytes.size() / sizeof(float));
  if (!values.empty()) std::memcpy(values.data(), bytes.data(), values.size() * sizeof(float));

  const auto unit =
      fuzz::parsed({ErrorCode::kCorruption}, [&] { return Embedding::from_unit(values); });
  if (unit) {
    require_invariant(unit->values());
    fuzz::require(is_same(unit->values(), values), "stored values are taken bit for bit");
    const float same = similarity(unit->values(), unit->values());
    fuzz::require(same >= 0.99F && same <= 1, "an embedding is similar to itself");
  }
  const auto scaled = fuzz::parsed({ErrorCode::kBadInput, ErrorCode::kUsage},
                                   [&] { return Embedding::normalized(values); });
  if (scaled) require_invariant(scaled->values());

  auto batch = fuzz::parsed({ErrorCode::kUsage}, [&] { return EmbeddingBatch(dimension); });
  fuzz::require(batch.has_value() == is_valid_dimension(dimension), "a batch has a dimension");
  if (!batch) return 0;
  const auto try_append = [&](auto&& append) {
    const std::size_t before = batch->rows();
    const auto done =
        fuzz::parsed({ErrorCode::kBadInput, ErrorCode::kCorruption, ErrorCode::kUsage}, [&] {
          append();
          return true;
        });
    fuzz::require(batch->rows() == before + (done ? 1 : 0), "a refused row changes nothing");
    if (done) require_invariant(batch->row(before));
  };
  try_append([&] { batch->append_unit(values); });
  try_append([&] { batch->append_normalized(values); });
  if (unit) try_append([&] { batch->append(*unit); });
  if (scaled) try_append([&] { batch->append(*scaled); });
  for (std::size_t i = 0; i < batch->rows(); ++i) {
    fuzz::require(is_same(batch->at(i).values(), batch->row(i)), "a row comes back bit for bit");
  }
  const EmbeddingBatch copy = *batch;
  batch->append(copy);
  fuzz::require(batch->rows() == 2 * copy.rows(), "a batch takes all rows of another");
  return 0;
}
