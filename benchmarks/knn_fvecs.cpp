#include "benchmarks/knn_fvecs.h"

#include <bit>
#include <cmath>
#include <fstream>
#include <string>
#include <vector>

#include "simdb/error.h"

namespace simdb::bench {
namespace {

static_assert(std::endian::native == std::endian::little, "fvecs files are little-endian");

// Normalising moves a length by less; what is nearer to 1 was normalised before.
constexpr double kUnitTolerance = 1e-6;

bool is_unit(std::span<const float> values) {
  double squares = 0;
  for (const float value : values) squares += static_cast<double>(value) * value;
  return std::abs(squares - 1) <= kUnitTolerance;
}

}  // namespace

EmbeddingBatch read_fvecs(const std::filesystem::path& path) {
  const std::string what = "can't read vectors from " + path.string() + ": ";
  if (!std::filesystem::exists(path))
    throw Error(ErrorCode::kNotFound, what + "there is no such file");
  std::ifstream file(path, std::ios::binary);
  std::uint32_t dimension = 0;
  if (!file.is_open()) throw Error(ErrorCode::kIo, what + "the system refuses to open it");
  if (!file.read(reinterpret_cast<char*>(&dimension), sizeof dimension)) {
    throw Error(ErrorCode::kBadInput, what + "it holds no vector");
  }
  if (!is_valid_dimension(dimension)) {
    throw Error(ErrorCode::kBadInput, what + "its first vector has dimension " +
                                          std::to_string(dimension) +
                                          "; 1 to 4096 can be searched");
  }
  EmbeddingBatch vectors(dimension);
  vectors.reserve(std::filesystem::file_size(path) /
                  (sizeof dimension + sizeof(float) * dimension));
  std::vector<float> values(dimension);
  const auto bytes = static_cast<std::streamsize>(dimension * sizeof(float));
  do {
    const std::string which = "vector " + std::to_string(vectors.rows());
    if (dimension != values.size()) {
      throw Error(ErrorCode::kBadInput, what + which + " has dimension " +
                                            std::to_string(dimension) + ", those before it have " +
                                            std::to_string(values.size()));
    }
    if (!file.read(reinterpret_cast<char*>(values.data()), bytes)) {
      throw Error(ErrorCode::kBadInput, what + which + " is cut off");
    }
    try {
      is_unit(values) ? vectors.append_unit(values) : vectors.append_normalized(values);
    } catch (const Error& error) {
      throw Error(ErrorCode::kBadInput, what + which + ": " + error.what());
    }
  } while (file.read(reinterpret_cast<char*>(&dimension), sizeof dimension));
  if (file.gcount() != 0) {
    throw Error(ErrorCode::kBadInput, what + "it ends inside a vector's dimension");
  }
  return vectors;
}

void write_fvecs(const std::filesystem::path& path, const EmbeddingBatch& vectors) {
  std::ofstream file(path, std::ios::binary);
  const auto dimension = static_cast<std::uint32_t>(vectors.dimension());
  for (std::size_t r = 0; r < vectors.rows(); ++r) {
    file.write(reinterpret_cast<const char*>(&dimension), sizeof dimension);
    file.write(reinterpret_cast<const char*>(vectors.row(r).data()),
               static_cast<std::streamsize>(dimension * sizeof(float)));
  }
  file.close();
  if (!file) {
    throw Error(ErrorCode::kIo, "can't write " + std::to_string(vectors.rows()) + " vectors to " +
                                    path.string() +
                                    "; check the folder, its permissions and the "
                                    "free space");
  }
}

}  // namespace simdb::bench
