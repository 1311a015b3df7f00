// What can be derived from items, embeddings and the rest is rebuilt; what can't is named.
#include <rocksdb/file_checksum.h>
#include <rocksdb/sst_file_writer.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <set>
#include <vector>

#include "simdb/error.h"
#include "storage/generation_internal.h"
#include "storage/history_check_internal.h"
#include "storage/item_value_internal.h"
#include "storage/random_bytes_internal.h"
#include "storage/rocksdb_options_internal.h"
#include "storage/rocksdb_repair_internal.h"
#include "storage/rocksdb_status_internal.h"

namespace simdb {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxLines = 100;

// Families that follow from the others: the lists of items, and what is known of the past, which
// may be forgotten.
constexpr std::array kDerived = {Family::kClasses,    Family::kByClass,   Family::kByHash,
                                 Family::kTombstones, Family::kSessions,  Family::kByKey,
                                 Family::kByMetadata, Family::kImageSizes};

const char* name_of(Family family) { return kColumnFamilyNames[static_cast<std::size_t>(family)]; }

std::optional<Family> family_named(const std::string& name) {
  const auto found = std::find(kColumnFamilyNames.begin(), kColumnFamilyNames.end(), name);
  if (found == kColumnFamilyNames.end()) return std::nullopt;
  return static_cast<Family>(found - kColumnFamilyNames.begin());
}

// The checksum that RocksDB noted when it wrote the file, computed anew; empty if it can't be read.
std::string checksum_of_file(const std::string& path, const std::string& function) {
  rocksdb::FileChecksumGenContext context;
  context.file_name = path;
  context.requested_checksum_func_name = function;
  const auto generator =
      rocksdb::GetFileChecksumGenCrc32cFactory()->CreateFileChecksumGenerator(context);
  if (!generator) return "";
  std::ifstream file(path, std::ios::binary);
  std::vector<char> buffer(1UL << 20);
  while (file.read(buffer.data(), static_cast<std::streamsize>(buffer.size())) ||
         file.gcount() > 0) {
    generator->Update(buffer.data(), static_cast<std::size_t>(file.gcount()));
  }
  if (file.bad() || !file.eof()) return "";
  generator->Finalize();
  return generator->GetChecksum();
}

class Repairer {
 public:
  Repairer(RocksConnection& connection, StoreRepair& result)
      : connection_(connection), result_(result) {}

  void run() {
    attempt("the count of changes", [&] { compare_with_witness(); });
    replace_damaged_tables();
    attempt("the lists of items", [&] { derive_lists(); });
    attempt("the images", [&] { keep_whole_images(); });
    attempt("the history", [&] { derive_history(); });
    attempt("the witness", [&] { renew_witness(); });
  }

 private:
  void repaired(std::string what) {
    if (result_.repaired.size() < kMaxLines) result_.repaired.push_back(std::move(what));
  }
  void lost(std::string what) {
    if (result_.lost.size() < kMaxLines) result_.lost.push_back(std::move(what));
  }

  // What can't be derived because its source is damaged stays as it is; verify names the damage.
  template <typename Step>
  void attempt(const char* what, Step&& step) {
    try {
      step();
    } catch (const Error& error) {
      if (error.code() != ErrorCode::kCorruption) throw;
      lost(std::string(what) + " can't be derived: " + error.what());
    }
  }

  void check(const rocksdb::Status& status) const {
    require_ok(status, "repair", connection_.path());
  }

  bool is_readable(Family family) const {
    try {
      connection_.scan(family, {}, [](std::string_view, std::string_view) { return true; });
      return true;
    } catch (const Error& error) {
      if (error.code() != ErrorCode::kCorruption) throw;
      return false;
    }
  }

  void replace_damaged_tables() {
    std::vector<rocksdb::LiveFileMetaData> tables;
    connection_.db().GetLiveFilesMetaData(&tables);
    std::map<Family, std::string> damaged_tables;
    for (const rocksdb::LiveFileMetaData& table : tables) {
      const std::string path = table.db_path + table.name;
      if (table.file_checksum_func_name == rocksdb::kUnknownFileChecksumFuncName ||
          checksum_of_file(path, table.file_checksum_func_name) == table.file_checksum) {
        continue;
      }
      const auto family = family_named(table.column_family_name);
      if (family) damaged_tables[*family] += (damaged_tables[*family].empty() ? "" : ", ") + path;
    }
    for (const auto& [family, paths] : damaged_tables) {
      if (std::find(kDerived.begin(), kDerived.end(), family) != kDerived.end()) {
        connection_.replace_family(family);
        repaired(paths + ": damaged, '" + name_of(family) + "' is rebuilt");
      } else if (is_readable(family)) {
        rocksdb::CompactRangeOptions all;
        all.bottommost_level_compaction = rocksdb::BottommostLevelCompaction::kForce;
        check(connection_.db().CompactRange(all, connection_.family(family), nullptr, nullptr));
        repaired(paths + ": damaged apart from its records, which were rewritten");
      } else if (family == other_vectors(current_vectors(connection_))) {
        drop_other_generation();
        repaired(paths +
                 ": damaged; the embeddings by the encoder that is not in use, which "
                 "'simdb reembed' makes anew, are dropped");
      } else {
        lost(paths + ": damaged, and '" + name_of(family) + "' can't be derived from the rest");
        images_are_damaged_ = images_are_damaged_ || family == Family::kImages;
      }
    }
  }

  void drop_other_generation() {
    const auto fingerprint = connection_.read(Family::kMeta, kMetaOtherEncoder);
    rocksdb::WriteBatch batch;
    if (fingerprint) {
      check(batch.Delete(connection_.family(Family::kModels), to_slice(*fingerprint)));
    }
    for (const std::string_view key : {kMetaOtherEncoder, kMetaOtherDimension, kMetaOtherRole}) {
      check(batch.Delete(connection_.family(Family::kMeta), to_slice(key)));
    }
    write(batch);
    connection_.replace_family(other_vectors(current_vectors(connection_)));
  }

  // Makes a family hold exactly `expected`.
  void write_difference(Family family, const std::map<std::string, std::string>& expected,
                        rocksdb::WriteBatch& batch) {
    std::size_t wrong = 0;
    std::set<std::string_view> present;
    std::vector<std::string> surplus;
    connection_.scan(family, {}, [&](std::string_view key, std::string_view value) {
      const auto entry = expected.find(std::string(key));
      if (entry == expected.end()) {
        surplus.emplace_back(key);
      } else if (entry->second == value) {
        present.insert(entry->first);
      }
      return true;
    });
    for (const std::string& key : surplus) {
      check(batch.Delete(connection_.family(family), to_slice(key)));
      ++wrong;
    }
    for (const auto& [key, value] : expected) {
      if (present.contains(key)) continue;
      check(batch.Put(connection_.family(family), to_slice(key), to_slice(value)));
      ++wrong;
    }
    if (wrong > 0) {
      repaired("'" + std::string(name_of(family)) + "': " + std::to_string(wrong) +
               (wrong == 1 ? " entry" : " entries") + " derived from the items");
    }
  }

  void write_number(std::string_view key, std::uint64_t number, rocksdb::WriteBatch& batch) {
    const std::string value = encode_number(number);
    if (connection_.read(Family::kMeta, key) == value) return;
    check(batch.Put(connection_.family(Family::kMeta), to_slice(key), to_slice(value)));
    repaired("'" + std::string(key) + "' set to " + std::to_string(number));
  }

  void write(rocksdb::WriteBatch& batch) {
    if (batch.Count() > 0) check(connection_.write(batch));
  }

  void derive_lists() {
    std::map<Family, std::map<std::string, std::string>> derived;
    std::map<std::string, std::uint64_t> sizes;
    std::uint64_t items = 0;
    std::uint64_t last = 0;
    connection_.scan(Family::kItems, {}, [&](std::string_view key, std::string_view value) {
      const auto id = decode_item_key(key);
      if (!id) throw damaged(connection_.path(), "the key of an item has a wrong length");
      const ItemInfo info = decode_item(*id, value).info;
      for_each_derived(*id, info,
                       [&](Family family, const std::string& of, const std::string& entry) {
                         derived[family][of] = entry;
                       });
      ++sizes[info.class_name];
      ++items;
      last = to_number(*id);
      return true;
    });
    std::map<std::string, std::string> classes;
    for (const auto& [name, count] : sizes) classes[name] = encode_number(count);
    rocksdb::WriteBatch batch;
    for (const Family family :
         {Family::kByClass, Family::kByHash, Family::kByKey, Family::kByMetadata}) {
      write_difference(family, derived[family], batch);
    }
    write_difference(Family::kClasses, classes, batch);
    write_number(kMetaItems, items, batch);
    if (meta_number(kMetaNextId).value_or(0) <= last) {
      write_number(kMetaNextId, last + 1, batch);
    }
    write(batch);
  }

  // An image that is not the file of its SHA-256 or that no item has goes, and those of a damaged
  // table that can't be read; the items stay.
  void keep_whole_images() {
    std::map<std::string, ItemId> owners;
    connection_.scan(Family::kItems, {}, [&](std::string_view key, std::string_view value) {
      const ItemId id = decode_item_key(key).value_or(ItemId{});  // derive_lists has checked it
      owners.try_emplace(digest_prefix(decode_item(id, value).info.digest), id);
      return true;
    });
    std::map<std::string, std::string> sizes;
    rocksdb::WriteBatch batch;
    if (images_are_damaged_) {
      sizes = rewrite_images(owners);
    } else {
      connection_.scan(Family::kImages, {}, [&](std::string_view key, std::string_view value) {
        if (is_image_of(key, value) && owners.contains(std::string(key))) {
          sizes[std::string(key)] = encode_number(value.size());
        } else {
          check(batch.Delete(connection_.family(Family::kImages), to_slice(key)));
          repaired("an image that is no item's, or not the file of its SHA-256, is dropped");
        }
        return true;
      });
    }
    connection_.scan(Family::kImageSizes, {}, [&](std::string_view key, std::string_view) {
      const auto owner = owners.find(std::string(key));
      if (owner != owners.end() && !sizes.contains(owner->first)) {
        lost("the image of item " + std::to_string(to_number(owner->second)));
      }
      return true;
    });
    write_difference(Family::kImageSizes, sizes, batch);
    write(batch);
  }

  static bool is_image_of(std::string_view key, std::string_view value) {
    const auto digest = decode_digest(key);
    return digest && sha256(std::as_bytes(std::span(value))) == *digest;
  }

  // Makes the family anew of what can be read; returns the sizes of that.
  std::map<std::string, std::string> rewrite_images(
      const std::map<std::string, ItemId>& owners) const {
    std::map<std::string, std::string> sizes;
    rocksdb::ColumnFamilyHandle* const old = connection_.family(Family::kImages);
    rocksdb::SstFileWriter writer(rocksdb::EnvOptions(), connection_.db().GetOptions(old));
    const std::string table = connection_.path() / "new-images.sst";
    check(writer.Open(table));
    for (const auto& [key, id] : owners) {
      std::string value;
      const rocksdb::Status read = connection_.db().Get({}, old, key, &value);
      if (!read.ok() || !is_image_of(key, value)) continue;
      check(writer.Put(key, value));
      sizes[key] = encode_number(value.size());
    }
    if (!sizes.empty()) check(writer.Finish());
    connection_.replace_family(Family::kImages);
    rocksdb::IngestExternalFileOptions move;
    move.move_files = true;
    if (sizes.empty()) {
      fs::remove(table);
    } else {
      check(
          connection_.db().IngestExternalFile(connection_.family(Family::kImages), {table}, move));
    }
    return sizes;
  }

  // Where the past is not known it is forgotten: an index saved then is rebuilt.
  void derive_history() {
    const std::uint64_t changes = meta_number(kMetaChanges).value_or(0);
    if (is_history_sound()) return;
    // The mark stays what it was if anybody knows it: a witness that contradicts is an alarm.
    std::optional<std::uint64_t> mark = last_mark(changes);
    const auto& witness = connection_.witness();
    if (!mark && witness && witness->changes == changes) mark = witness->mark;
    rocksdb::WriteBatch batch;
    for (const Family family : {Family::kTombstones, Family::kSessions}) {
      connection_.scan(family, {}, [&](std::string_view key, std::string_view) {
        check(batch.Delete(connection_.family(family), to_slice(key)));
        return true;
      });
    }
    if (changes > 0) {
      check(batch.Put(connection_.family(Family::kSessions), encode_number(changes),
                      mark ? encode_number(*mark) : draw_bytes(8, connection_.path())));
    }
    check(batch.Put(connection_.family(Family::kMeta), to_slice(kMetaTombstonesFrom),
                    encode_number(changes)));
    check(batch.Put(connection_.family(Family::kMeta), to_slice(kMetaHistoryEntries),
                    encode_number(0)));
    write(batch);
    repaired("the history of changes, which was damaged, is forgotten");
  }

  // The mark of the last change; nothing if the history is damaged.
  std::optional<std::uint64_t> last_mark(std::uint64_t changes) const {
    try {
      const auto session = connection_.last_up_to(Family::kSessions, encode_number(changes));
      return session ? decode_number(session->value) : std::nullopt;
    } catch (const Error& error) {
      if (error.code() != ErrorCode::kCorruption) throw;
      return std::nullopt;
    }
  }

  // The witness tells how much is lost.
  void compare_with_witness() {
    const auto& witness = connection_.witness();
    const auto changes = meta_number(kMetaChanges);
    if (!witness || !changes ||
        witness->store_id != connection_.read(Family::kMeta, kMetaStoreId)) {
      return;
    }
    const auto mark = last_mark(*changes);
    if (witness->changes > *changes) {
      lost("changes " + std::to_string(*changes + 1) + " to " + std::to_string(witness->changes) +
           ", which were acknowledged");
    } else if (witness->changes == *changes && *changes > 0 && mark && *mark != witness->mark) {
      lost("change " + std::to_string(*changes) + " as it was acknowledged: it is another one now");
    }
  }

  // From here on the witness agrees.
  void renew_witness() {
    const auto changes = meta_number(kMetaChanges);
    const auto store_id = connection_.read(Family::kMeta, kMetaStoreId);
    if (!changes || !store_id || !is_store_id(*store_id)) return;  // verify says so
    const std::uint64_t mark = last_mark(*changes).value_or(0);
    const auto& witness = connection_.witness();
    if (witness && witness->store_id == *store_id && witness->changes == *changes &&
        witness->mark == mark) {
      return;
    }
    Witness(connection_.path(), *store_id).note(*changes, mark);
  }

  std::optional<std::uint64_t> meta_number(std::string_view key) const {
    const auto value = connection_.read(Family::kMeta, key);
    return value ? decode_number(*value) : std::nullopt;
  }

  bool is_history_sound() const {
    bool sound = true;
    check_history(connection_, [&](const std::string&) { sound = false; });
    return sound;
  }

  RocksConnection& connection_;
  StoreRepair& result_;
  bool images_are_damaged_ = false;
};

}  // namespace

StoreRepair repair_store(const fs::path& path, rocksdb::Env* env) {
  StoreRepair result;
  const auto connection = RocksConnection::open_for_repair(path, env, result);
  Repairer(*connection, result).run();
  return result;
}

}  // namespace simdb
