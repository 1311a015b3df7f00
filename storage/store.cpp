#include "storage/store.h"

#include <algorithm>

#include "core/class_name.h"
#include "core/vector_space.h"
#include "simdb/error.h"
#include "storage/generation_internal.h"
#include "storage/item_value_internal.h"
#include "storage/random_bytes_internal.h"
#include "storage/rocksdb_connection_internal.h"
#include "storage/rocksdb_options_internal.h"
#include "storage/rocksdb_repair_internal.h"
#include "storage/rocksdb_status_internal.h"
#include "storage/rocksdb_verify_internal.h"
#include "storage/store_change_internal.h"
#include "storage/witness_internal.h"

namespace simdb {
namespace {

// Records that are read at a time.
constexpr std::size_t kRecordsAtOnce = 1024;

std::string digest_of(std::string_view text) {
  return to_hex(sha256(std::as_bytes(std::span(text))));
}

std::string require_meta(const RocksConnection& connection, std::string_view key) {
  auto value = connection.read(Family::kMeta, key);
  if (!value) throw damaged(connection.path(), "its '" + std::string(key) + "' is missing");
  return *std::move(value);
}

std::uint64_t require_meta_number(const RocksConnection& connection, std::string_view key) {
  const auto number = decode_number(require_meta(connection, key));
  if (!number) throw damaged(connection.path(), "its '" + std::string(key) + "' is no number");
  return *number;
}

std::vector<std::string> item_keys(std::span<const ItemId> ids) {
  std::vector<std::string> keys;
  keys.reserve(ids.size());
  for (const ItemId id : ids) keys.push_back(item_key(id));
  return keys;
}

ItemId require_item_key(const RocksConnection& connection, std::string_view key) {
  const auto id = decode_item_key(key);
  if (!id) throw damaged(connection.path(), "the key of an item has a wrong length");
  return *id;
}

Following read_following(const RocksConnection& connection) {
  const auto state = connection.read(Family::kMeta, kMetaFollows);
  if (!state) return Following::kNothing;
  if (*state == kFollowsPart) return Following::kIncomplete;
  if (*state == kFollowsAll) return Following::kOriginal;
  throw damaged(connection.path(), "its '" + std::string(kMetaFollows) + "' says nothing");
}

std::uint64_t require_class_count(const RocksConnection& connection, std::string_view class_name,
                                  std::string_view value) {
  const auto count = decode_number(value);
  if (!count) {
    throw damaged(connection.path(),
                  "the size of class '" + std::string(class_name) + "' is no number");
  }
  return *count;
}

}  // namespace

std::unique_ptr<Store> Store::create(const std::filesystem::path& path,
                                     const StoreIdentity& identity) {
  require_valid_dimension(identity.dimension);
  if (to_hex(sha256(identity.encoder_model)) != identity.encoder_fingerprint) {
    throw Error(ErrorCode::kUsage, "can't create the store " + path.string() +
                                       ": the fingerprint is not the SHA-256 of the encoder");
  }
  auto connection = RocksConnection::create(path);
  initialize(*connection, identity);
  return std::make_unique<Store>(std::move(connection));
}

std::unique_ptr<Store> Store::open(const std::filesystem::path& path, StoreMode mode) {
  return std::make_unique<Store>(RocksConnection::open(path, mode));
}

StoreRepair Store::repair(const std::filesystem::path& path) {
  return repair_store(path, rocksdb::Env::Default());
}

void Store::initialize(RocksConnection& connection, const StoreIdentity& identity) {
  Change change(connection);
  change.put(Family::kModels, identity.encoder_fingerprint, as_text(identity.encoder_model));
  change.put(Family::kMeta, kMetaDimension, encode_number(identity.dimension));
  change.put(Family::kMeta, kMetaEncoder, identity.encoder_fingerprint);
  if (!identity.space.empty()) change.put(Family::kMeta, kMetaSpace, identity.space);
  change.put(Family::kMeta, kMetaNextId, encode_number(1));
  change.put(Family::kMeta, kMetaItems, encode_number(0));
  const std::string id = draw_bytes(kStoreIdDigits / 2, connection.path());
  change.put(Family::kMeta, kMetaStoreId,
             to_hex({reinterpret_cast<const std::uint8_t*>(id.data()), id.size()}));
  change.put(Family::kMeta, kMetaChanges, encode_number(0));
  change.put(Family::kMeta, kMetaTombstonesFrom, encode_number(0));
  change.put(Family::kMeta, kMetaHistoryEntries, encode_number(0));
  change.put(Family::kMeta, kMetaFormat, encode_number(kStoreFormatVersion));
  require_ok(connection.write(change.batch()), "create the store", connection.path());
}

Store::Store(std::unique_ptr<RocksConnection> connection)
    : connection_(std::move(connection)),
      vectors_(current_vectors(*connection_)),
      dimension_(require_meta_number(*connection_, kMetaDimension)),
      fingerprint_(require_meta(*connection_, kMetaEncoder)),
      space_(connection_->read(Family::kMeta, kMetaSpace).value_or("")),
      id_(require_meta(*connection_, kMetaStoreId)),
      following_(read_following(*connection_)),
      knows_additions_(connection_->require_known_format() > 1),
      history_entries_(knows_additions_ ? require_meta_number(*connection_, kMetaHistoryEntries)
                                        : 0),
      next_id_(require_meta_number(*connection_, kMetaNextId)),
      items_(require_meta_number(*connection_, kMetaItems)),
      changes_(require_meta_number(*connection_, kMetaChanges)),
      tombstones_from_(require_meta_number(*connection_, kMetaTombstonesFrom)) {
  if (!is_valid_dimension(dimension_)) {
    throw damaged(connection_->path(), "its dimension is " + std::to_string(dimension_));
  }
  if (!space_.empty() && digest_of(description_of({space_, dimension_})) != fingerprint_) {
    throw damaged(connection_->path(), "its 'space' is not the one that its fingerprint is of");
  }
  if (!is_store_id(id_)) {
    throw damaged(connection_->path(), "its 'store_id' is not made of " +
                                           std::to_string(kStoreIdDigits) +
                                           " lower-case hexadecimal digits");
  }
  compare_with_witness();
  if (connection_->mode() == StoreMode::kReadWrite) {
    witness_ = std::make_unique<Witness>(connection_->path(), id_);
    connection_->scan(Family::kImageSizes, {}, [&](std::string_view, std::string_view) {
      keeps_images_ = true;
      return false;
    });
  }
}

Store::~Store() = default;

void Store::compare_with_witness() const {
  const auto& witness = connection_->witness();
  if (!witness) return;
  if (witness->store_id != id_) {
    throw damaged(connection_->path(),
                  "its file WITNESS, or all the others, belong to another store");
  }
  if (witness->changes > changes_) {
    throw Error(ErrorCode::kCorruption,
                "the store " + connection_->path().string() +
                    " has lost changes: it acknowledged " + std::to_string(witness->changes) +
                    ", but its files hold " + std::to_string(changes_) +
                    ". Restore the database from a copy, or go on without them with 'simdb verify "
                    "--repair'");
  }
  const auto mark = mark_of(witness->changes);
  if (mark && *mark != witness->mark) {
    throw damaged(connection_->path(), "its change " + std::to_string(witness->changes) +
                                           " is not the one that was acknowledged: a file in it "
                                           "belongs to another store or is an older copy");
  }
}

std::optional<ItemRecord> Store::get(ItemId id) const {
  const auto value = connection_->read(Family::kItems, item_key(id));
  return value ? std::optional(decode_item(id, *value)) : std::nullopt;
}

std::vector<std::optional<ItemRecord>> Store::get_many(std::span<const ItemId> ids) const {
  const auto values = connection_->read_many(Family::kItems, item_keys(ids));
  std::vector<std::optional<ItemRecord>> records(ids.size());
  for (std::size_t i = 0; i < ids.size(); ++i) {
    if (const auto& value = values[i]) records[i] = decode_item(ids[i], *value);
  }
  return records;
}

std::vector<std::optional<Embedding>> Store::embeddings(std::span<const ItemId> ids) const {
  const auto stored = connection_->read_many(vectors_, item_keys(ids));
  std::vector<float> values(dimension_);
  std::vector<std::optional<Embedding>> embeddings(ids.size());
  for (std::size_t i = 0; i < ids.size(); ++i) {
    if (const auto& value = stored[i]) {
      decode_vector(ids[i], *value, values);
      embeddings[i] = Embedding::from_unit(values);
    }
  }
  return embeddings;
}

std::vector<std::byte> Store::thumbnail(ItemId id) const {
  const auto value = connection_->read(Family::kThumbnails, item_key(id));
  return value ? as_bytes(*value) : std::vector<std::byte>();
}

std::vector<std::vector<ItemId>> Store::ids_after(Family family,
                                                  std::span<const std::string> prefixes) const {
  std::vector<std::vector<ItemId>> ids(prefixes.size());
  connection_->scan_each(family, prefixes, [&](std::size_t prefix, std::string_view key) {
    const auto id = decode_id_after(prefixes[prefix].size(), key);
    if (!id) throw damaged(connection_->path(), "a key has a wrong length");
    ids[prefix].push_back(*id);
  });
  return ids;
}

std::vector<ItemId> Store::ids_after(Family family, const std::string& prefix) const {
  return std::move(ids_after(family, std::span(&prefix, 1)).front());
}

std::optional<ItemId> Store::find_key(std::string_view key) const {
  const auto value = connection_->read(Family::kByKey, key);
  return value ? std::optional(require_item_key(*connection_, *value)) : std::nullopt;
}

std::vector<std::vector<ItemId>> Store::find_digests(std::span<const Sha256> digests) const {
  std::vector<std::string> prefixes(digests.size());
  std::ranges::transform(digests, prefixes.begin(), digest_prefix);
  return ids_after(Family::kByHash, prefixes);
}

std::vector<ItemId> Store::items_of(std::string_view class_name) const {
  // No class has such a name, but keys of one could begin like its prefix.
  if (class_name.find('\0') != std::string_view::npos) return {};
  return ids_after(Family::kByClass, class_prefix(class_name));
}

std::string Store::setting(std::string_view name) const {
  return connection_->read(Family::kMeta, std::string(kMetaSettingPrefix).append(name))
      .value_or("");
}

std::map<std::string, std::string> Store::settings() const {
  std::map<std::string, std::string> settings;
  connection_->scan(Family::kMeta, kMetaSettingPrefix,
                    [&](std::string_view key, std::string_view value) {
                      settings.emplace(key.substr(kMetaSettingPrefix.size()), value);
                      return true;
                    });
  return settings;
}

std::vector<ClassCount> Store::classes() const {
  std::vector<ClassCount> classes;
  connection_->scan(Family::kClasses, {}, [&](std::string_view name, std::string_view value) {
    classes.push_back({std::string(name), require_class_count(*connection_, name, value)});
    return true;
  });
  return classes;
}

std::uint64_t Store::class_size(std::string_view class_name) const {
  const auto value = connection_->read(Family::kClasses, class_name);
  return value ? require_class_count(*connection_, class_name, *value) : 0;
}

void Store::for_each_item_of(std::span<const ItemId> ids,
                             const std::function<bool(const ItemRecord&)>& visit) const {
  while (!ids.empty()) {
    const auto some = ids.first(std::min(kRecordsAtOnce, ids.size()));
    for (const auto& record : get_many(some)) {
      if (record && !visit(*record)) return;
    }
    ids = ids.subspan(some.size());
  }
}

void Store::for_each_item_from(ItemId first,
                               const std::function<bool(const ItemRecord&)>& visit) const {
  connection_->scan_from(Family::kItems, item_key(first),
                         [&](std::string_view key, std::string_view value) {
                           return visit(decode_item(require_item_key(*connection_, key), value));
                         });
}

void Store::for_each_embedding_from(
    ItemId first, const std::function<bool(ItemId, std::span<const float>)>& visit) const {
  scan_vectors(vectors_, dimension_, first, visit);
}

void Store::scan_vectors(Family family, std::size_t dimension, ItemId first,
                         const std::function<bool(ItemId, std::span<const float>)>& visit) const {
  std::vector<float> values(dimension);
  connection_->scan_from(family, item_key(first),
                         [&](std::string_view key, std::string_view value) {
                           const ItemId id = require_item_key(*connection_, key);
                           decode_vector(id, value, values);
                           return visit(id, values);
                         });
}

std::optional<std::uint64_t> Store::upgraded_from() const noexcept {
  return connection_->upgraded_from();
}

StoreMode Store::mode() const noexcept { return connection_->mode(); }

std::vector<StoreProblem> Store::verify() const { return verify_store(*connection_, *this); }

}  // namespace simdb
