// The embeddings of a second encoder beside those of the present one, and how they take their
// place.
#include <algorithm>
#include <set>

#include "core/item_update.h"
#include "simdb/error.h"
#include "storage/generation_internal.h"
#include "storage/item_value_internal.h"
#include "storage/rocksdb_status_internal.h"
#include "storage/store.h"
#include "storage/store_change_internal.h"

namespace simdb {
namespace {

const char* name_of(Family family) { return kColumnFamilyNames[static_cast<std::size_t>(family)]; }

[[noreturn]] void fail_without_other(const RocksConnection& connection) {
  throw Error(ErrorCode::kUsage,
              "the store " + connection.path().string() + " has embeddings of one encoder only");
}

}  // namespace

Family current_vectors(const RocksConnection& connection) {
  const auto name = connection.read(Family::kMeta, kMetaVectors);
  if (!name || *name == name_of(Family::kVectors)) return Family::kVectors;
  if (*name != name_of(Family::kVectors2)) {
    throw damaged(connection.path(), "its '" + std::string(kMetaVectors) + "' names no family");
  }
  return Family::kVectors2;
}

std::optional<OtherGeneration> read_other_generation(const RocksConnection& connection) {
  const auto fingerprint = connection.read(Family::kMeta, kMetaOtherEncoder);
  if (!fingerprint) return std::nullopt;
  const auto dimension = connection.read(Family::kMeta, kMetaOtherDimension);
  const std::uint64_t number = decode_number(dimension.value_or("")).value_or(0);
  const auto role = connection.read(Family::kMeta, kMetaOtherRole);
  if (!is_valid_dimension(number) || (role != kNextRole && role != kPreviousRole)) {
    throw damaged(connection.path(), "what it says of its other encoder is incomplete");
  }
  return OtherGeneration{number, *fingerprint, role == kPreviousRole};
}

std::vector<std::byte> read_model(const RocksConnection& connection,
                                  const std::string& fingerprint) {
  const auto value = connection.read(Family::kModels, fingerprint);
  if (!value) throw damaged(connection.path(), "its encoder " + fingerprint + " is missing");
  const auto bytes = std::as_bytes(std::span(*value));
  const std::string digest = to_hex(sha256(bytes));
  if (digest != fingerprint) {
    throw damaged(connection.path(), "its encoder has the SHA-256 " + digest +
                                         ", but its fingerprint is " + fingerprint);
  }
  return {bytes.begin(), bytes.end()};
}

std::vector<std::byte> Store::encoder_model() const {
  return read_model(*connection_, fingerprint_);
}

std::optional<OtherGeneration> Store::other_generation() const {
  return read_other_generation(*connection_);
}

std::vector<std::byte> Store::other_encoder_model() const {
  const auto other = other_generation();
  if (!other) fail_without_other(*connection_);
  return read_model(*connection_, other->encoder_fingerprint);
}

void Store::for_each_other_embedding(
    const std::function<bool(ItemId, std::span<const float>)>& visit) const {
  const auto other = other_generation();
  if (other) scan_vectors(other_vectors(vectors_), other->dimension, ItemId{0}, visit);
}

void Store::erase_other(Change& change, const OtherGeneration& other) const {
  change.erase_range(other_vectors(vectors_), item_key(ItemId{0}), item_key(ItemId{UINT64_MAX}));
  change.erase(Family::kModels, other.encoder_fingerprint);
  for (const std::string_view key : {kMetaOtherEncoder, kMetaOtherDimension, kMetaOtherRole}) {
    change.erase(Family::kMeta, key);
  }
}

void Store::begin_generation(const StoreIdentity& identity) {
  require_writable("give another encoder to");
  require_valid_dimension(identity.dimension);
  if (!space_.empty() || !identity.space.empty() || identity.encoder_fingerprint == fingerprint_ ||
      to_hex(sha256(identity.encoder_model)) != identity.encoder_fingerprint) {
    throw Error(ErrorCode::kUsage,
                "can't give another encoder to " + connection_->path().string() +
                    ": it has none, or this one, or the fingerprint is not that of the model");
  }
  Change change(*connection_);
  if (const auto other = other_generation()) erase_other(change, *other);
  change.put(Family::kModels, identity.encoder_fingerprint, as_text(identity.encoder_model));
  change.put(Family::kMeta, kMetaOtherEncoder, identity.encoder_fingerprint);
  change.put(Family::kMeta, kMetaOtherDimension, encode_number(identity.dimension));
  change.put(Family::kMeta, kMetaOtherRole, kNextRole);
  write(change, "give another encoder to");
}

void Store::drop_generation() {
  require_writable("drop embeddings of");
  const auto other = other_generation();
  if (!other) return;
  Change change(*connection_);
  erase_other(change, *other);
  write(change, "drop embeddings of");
  connection_->compact_family(other_vectors(vectors_));
  connection_->compact_family(Family::kModels);
}

void Store::put_other(std::span<const ItemId> ids, const EmbeddingBatch& embeddings) {
  require_writable("add embeddings to");
  const auto other = other_generation();
  if (!other) fail_without_other(*connection_);
  if (embeddings.dimension() != other->dimension || embeddings.rows() != ids.size()) {
    throw Error(ErrorCode::kUsage,
                "can't store " + std::to_string(embeddings.rows()) + " embeddings of dimension " +
                    std::to_string(embeddings.dimension()) + " for " + std::to_string(ids.size()) +
                    " items by an encoder of dimension " + std::to_string(other->dimension));
  }
  const auto items = get_many(ids);
  Change change(*connection_);
  for (std::size_t i = 0; i < ids.size(); ++i) {
    if (!items[i]) continue;
    change.put(other_vectors(vectors_), item_key(ids[i]), encode_vector(embeddings.row(i)));
  }
  if (!change.is_empty()) write(change, "add embeddings to");
}

std::vector<ItemId> Store::without_other_embedding() const {
  std::vector<ItemId> owners;
  connection_->scan(other_vectors(vectors_), {}, [&](std::string_view key, std::string_view) {
    if (const auto id = decode_item_key(key)) owners.push_back(*id);
    return true;
  });
  std::vector<ItemId> without;
  for_each_item([&](const ItemRecord& item) {
    if (!std::ranges::binary_search(owners, item.id)) without.push_back(item.id);
    return true;
  });
  return without;
}

void Store::require_switchable(std::span<const ItemId> removed) const {
  const std::set<ItemId> gone(removed.begin(), removed.end());
  const auto without = std::ranges::count_if(without_other_embedding(),
                                             [&](ItemId id) { return !gone.contains(id); });
  if (without == 0) return;
  throw Error(ErrorCode::kUsage, "can't switch the encoder of " + connection_->path().string() +
                                     ": " + std::to_string(without) + " items have no embedding");
}

void Store::switch_generation(std::unique_ptr<Store> store, const GenerationSwitch& wanted) {
  store->switch_to_other(wanted);
}

void Store::switch_to_other(const GenerationSwitch& wanted) {
  const char* const attempt = "switch the encoder of";
  require_writable(attempt);
  const auto other = other_generation();
  if (!other) fail_without_other(*connection_);
  require_switchable(wanted.removed);

  Change change(*connection_);
  for_each_item_of(each_once(wanted.removed), [&](const ItemRecord& record) {
    erase_item(change, record);
    return true;
  });
  for (const std::string& name : wanted.dropped_settings) {
    change.erase(Family::kMeta, std::string(kMetaSettingPrefix).append(name));
  }
  change.put(Family::kMeta, kMetaVectors, name_of(other_vectors(vectors_)));
  change.put(Family::kMeta, kMetaDimension, encode_number(other->dimension));
  change.put(Family::kMeta, kMetaEncoder, other->encoder_fingerprint);
  if (wanted.keep_old) {
    change.put(Family::kMeta, kMetaOtherEncoder, fingerprint_);
    change.put(Family::kMeta, kMetaOtherDimension, encode_number(dimension_));
    change.put(Family::kMeta, kMetaOtherRole, kPreviousRole);
  } else {
    change.erase_range(vectors_, item_key(ItemId{0}), item_key(ItemId{UINT64_MAX}));
    change.erase(Family::kModels, fingerprint_);
    for (const std::string_view key : {kMetaOtherEncoder, kMetaOtherDimension, kMetaOtherRole}) {
      change.erase(Family::kMeta, key);
    }
  }
  // Who follows the store, or saved something of it, reads everything anew.
  const auto session = connection_->last_up_to(Family::kSessions, encode_number(changes_));
  change.forget_history(changes_ + 1,
                        has_changed_ && session ? session->key : encode_number(changes_ + 1));
  commit(change, attempt);
  if (wanted.keep_old) return;
  connection_->compact_family(vectors_);
  connection_->compact_family(Family::kModels);
}

}  // namespace simdb
