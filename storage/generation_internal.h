#pragma once

#include <optional>

#include "storage/rocksdb_connection_internal.h"
#include "storage/store.h"

// Where the embeddings of the two encoders lie that a store may have: see Store::begin_generation.
namespace simdb {

/// The family with the embeddings of the present encoder. Throws Error(kCorruption) if the store
/// names another one.
Family current_vectors(const RocksConnection& connection);

/// The family of the other encoder, where `current` is that of the present one.
constexpr Family other_vectors(Family current) noexcept {
  return current == Family::kVectors ? Family::kVectors2 : Family::kVectors;
}

/// What the store says of its other generation; nothing if there is none. Throws Error(kCorruption)
/// if that is damaged.
std::optional<OtherGeneration> read_other_generation(const RocksConnection& connection);

/// The model file of an encoder. Throws Error(kCorruption) if it is missing or another's.
std::vector<std::byte> read_model(const RocksConnection& connection,
                                  const std::string& fingerprint);

}  // namespace simdb
