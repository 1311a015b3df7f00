#include "tests/support/embeddings.h"

#include <cmath>
#include <random>
#include <span>

namespace simdb::test {

EmbeddingBatch random_embeddings(std::size_t rows, std::size_t dimension, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::normal_distribution<float> normal;
  EmbeddingBatch embeddings(dimension);
  std::vector<float> raw(dimension);
  for (std::size_t i = 0; i < rows; ++i) {
    for (float& value : raw) value = normal(random);
    embeddings.append_normalized(raw);
  }
  return embeddings;
}

EmbeddingBatch axis_embeddings(std::size_t rows, std::size_t dimension, std::size_t axis) {
  EmbeddingBatch embeddings(dimension);
  std::vector<float> unit(dimension);
  unit[axis] = 1;
  for (std::size_t i = 0; i < rows; ++i) embeddings.append_unit(unit);
  return embeddings;
}

EmbeddingBatch clustered_embeddings(std::size_t rows, std::size_t dimension, std::size_t centres,
                                    std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::normal_distribution<float> normal;
  std::vector<float> centre_values(centres * dimension);
  for (float& value : centre_values) value = normal(random);
  EmbeddingBatch embeddings(dimension);
  std::vector<float> raw(dimension);
  for (std::size_t i = 0; i < rows; ++i) {
    const std::size_t centre = random() % centres;
    for (std::size_t d = 0; d < dimension; ++d) {
      raw[d] = centre_values[centre * dimension + d] + 0.35F * normal(random);
    }
    embeddings.append_normalized(raw);
  }
  return embeddings;
}

EmbeddingBatch corner_embeddings(std::size_t rows, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  EmbeddingBatch embeddings(16);
  std::vector<float> corner(16);
  for (std::size_t i = 0; i < rows; ++i) {
    for (float& value : corner) value = (random() & 1) != 0 ? 0.25F : -0.25F;
    embeddings.append_unit(corner);
  }
  return embeddings;
}

std::vector<ItemId> ids_from(std::uint64_t first, std::size_t count) {
  std::vector<ItemId> ids(count);
  for (std::size_t i = 0; i < count; ++i) ids[i] = ItemId{first + i};
  return ids;
}

NewItem numbered_item(std::uint64_t number, const std::string& class_name) {
  NewItem item;
  item.info.class_name = class_name;
  item.info.source = "/images/" + std::to_string(number) + ".png";
  item.info.digest = sha256(std::as_bytes(std::span(&number, 1)));
  item.info.width = 100 + static_cast<std::uint32_t>(number % 7);
  item.info.height = 200;
  item.thumbnail.assign(20 + number % 50, static_cast<std::byte>(number % 251));
  return item;
}

NewItem item_with_image(std::uint64_t number, const std::string& class_name) {
  NewItem item = numbered_item(number, class_name);
  std::mt19937_64 random(number);
  item.image.resize(1000 + number % 7 * 1000);
  for (std::byte& byte : item.image) byte = static_cast<std::byte>(random());
  item.info.digest = sha256(item.image);
  return item;
}

EmbeddingBatch at_degrees(std::initializer_list<double> angles) {
  EmbeddingBatch batch(16);
  for (const double angle : angles) {
    std::vector<float> values(16);
    values[0] = static_cast<float>(std::cos(angle * M_PI / 180));
    values[1] = static_cast<float>(std::sin(angle * M_PI / 180));
    batch.append_normalized(values);
  }
  return batch;
}

}  // namespace simdb::test
