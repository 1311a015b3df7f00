#include <algorithm>
#include <unordered_map>

#include "core/item_update.h"
#include "core/new_item.h"
#include "postgres/change_internal.h"
#include "postgres/rows_internal.h"

namespace simdb::postgres {
namespace {

// Records that are read and changed at a time.
constexpr std::size_t kItemsAtOnce = 10'000;

std::string select_items(const char* where) {
  return std::string("SELECT ") + kItemColumns + " FROM items WHERE " + where;
}

}  // namespace

Change::Change(Connection& connection, std::int64_t mark)
    : connection_(connection), mark_(mark), stored_(connection) {
  // A writer that is gone without a word must not hold the gallery for ever.
  connection.run("SET LOCAL idle_in_transaction_session_timeout = '60s'");
  const Result row =
      connection.run("SELECT next_id, items, changes, forgotten, history FROM gallery FOR UPDATE");
  if (row.empty()) throw Error(ErrorCode::kCorruption, "the gallery has lost its own row");
  next_id_ = row.number(0, 0);
  items_ = row.number(0, 1);
  changes_ = row.number(0, 2);
  forgotten_ = row.number(0, 3);
  history_ = row.number(0, 4);
}

bool Change::is_made(std::int64_t number) const {
  return !connection_
              .run("SELECT FROM changes WHERE number = $1::bigint AND mark = $2::bigint",
                   Params().number(number).number(mark_))
              .empty();
}

std::vector<std::optional<ItemRecord>> Change::Stored::with_keys(
    std::span<const std::string_view> keys) const {
  std::vector<std::string> storable;
  for (const std::string_view key : keys) {
    if (is_storable(key)) storable.emplace_back(key);
  }
  std::unordered_map<std::string, ItemRecord> owners;
  for (ItemRecord& record : records_of(connection_.run(
           select_items("key = ANY($1::text[])").c_str(), Params().texts(storable)))) {
    owners.emplace(record.info.key, std::move(record));
  }
  std::vector<std::optional<ItemRecord>> found;
  found.reserve(keys.size());
  for (const std::string_view key : keys) {
    const auto owner = owners.find(std::string(key));
    found.push_back(owner == owners.end() ? std::nullopt : std::optional(owner->second));
  }
  return found;
}

std::vector<ItemRecord> Change::Stored::with_images(std::span<const ImageOfClass> images) const {
  std::vector<std::string> digests;
  digests.reserve(images.size());
  for (const ImageOfClass& image : images) digests.push_back(bytes_of(image.digest));
  return records_of(
      connection_.run((select_items("digest = ANY($1::bytea[])") + " ORDER BY id").c_str(),
                      Params().byte_strings(digests)));
}

std::vector<ItemId> Change::add(const AdditionPlan& plan, std::span<const NewItem> items,
                                const EmbeddingBatch& embeddings) {
  for (const std::size_t i : plan.fresh) require_usable(items[i].info);
  // First: what comes later may take over a key.
  if (!plan.replaced.empty()) erase(ids_of(plan.replaced));
  update_items(plan.updates);
  std::vector<ItemId> ids;
  ids.reserve(plan.fresh.size());
  for (std::size_t i = 0; i < plan.fresh.size(); ++i) {
    ids.push_back(ItemId{static_cast<std::uint64_t>(next_id_) + i});
  }
  if (!ids.empty()) insert(plan.fresh, items, embeddings);
  keep_images(items);
  return ids;
}

void Change::insert(std::span<const std::size_t> fresh, std::span<const NewItem> items,
                    const EmbeddingBatch& embeddings) {
  const std::int64_t added_ms = now_ms();
  const ItemId first{static_cast<std::uint64_t>(next_id_)};
  for (std::size_t done = 0; done < fresh.size(); done += kItemsAtOnce) {
    ItemRows rows;
    for (const std::size_t i : fresh.subspan(done, std::min(kItemsAtOnce, fresh.size() - done))) {
      rows.add_record(next_id_, items[i].info, added_ms, added_ms);
      rows.add_rest(next_id_, embeddings.row(i), items[i].thumbnail);
      count(items[i].info.class_name, 1);
      gone_digests_.erase(bytes_of(items[i].info.digest));
      ++next_id_;
    }
    rows.write(connection_);
  }
  note(ChangeKind::kAdded, first, static_cast<std::int64_t>(fresh.size()));
}

void Change::keep_images(std::span<const NewItem> items) {
  std::map<std::string, std::string_view> images;
  std::vector<std::string> digests;
  for (const NewItem& item : items) {
    if (item.image.empty()) continue;
    if (images.emplace(bytes_of(item.info.digest), view_of(item.image)).second) {
      digests.push_back(bytes_of(item.info.digest));
    }
  }
  if (images.empty()) return;
  const Result kept = connection_.run("SELECT digest FROM images WHERE digest = ANY($1::bytea[])",
                                      Params().byte_strings(digests));
  for (std::size_t row = 0; row < kept.rows(); ++row) {
    images.erase(std::string(kept.text(row, 0)));
  }
  for (const auto& [digest, bytes] : images) {
    connection_.run("INSERT INTO images VALUES ($1::bytea, $2::bytea)",
                    Params().text(digest).text(bytes));
    has_changed_ = true;
  }
}

std::size_t Change::erase(std::span<const ItemId> ids) {
  const Params wanted = Params().ids(each_once({ids.begin(), ids.end()}));
  const Result rows = connection_.run(
      "SELECT id, class_name, digest FROM items WHERE id = ANY($1::bigint[]) ORDER BY id", wanted);
  for (std::size_t row = 0; row < rows.rows(); ++row) {
    count(std::string(rows.text(row, 1)), -1);
    if (!rows.is_null(row, 2)) gone_digests_.emplace(rows.text(row, 2));
    note(ChangeKind::kRemoved, rows.id(row, 0));
  }
  if (rows.empty()) return 0;
  connection_.run("DELETE FROM items WHERE id = ANY($1::bigint[])", wanted);
  connection_.run("DELETE FROM vectors WHERE id = ANY($1::bigint[])", wanted);
  connection_.run("DELETE FROM thumbnails WHERE id = ANY($1::bigint[])", wanted);
  return rows.rows();
}

std::size_t Change::update(std::span<const ItemId> ids, const ItemChange& wanted) {
  const std::vector<ItemId> sorted = each_once({ids.begin(), ids.end()});
  require_single_owner(wanted, sorted.size());
  if (wanted.key && !wanted.key->empty()) {
    const std::string_view key = *wanted.key;
    const auto owner = stored_.with_keys(std::span(&key, 1)).front();
    if (owner && !std::ranges::binary_search(sorted, owner->id)) fail_taken_key(key, owner->id);
  }
  std::size_t found = 0;
  for (std::span<const ItemId> rest = sorted; !rest.empty();) {
    const auto some = rest.first(std::min(kItemsAtOnce, rest.size()));
    rest = rest.subspan(some.size());
    std::vector<ItemUpdate> updates;
    for (ItemRecord& record : records_of(
             connection_.run((select_items("id = ANY($1::bigint[])") + " ORDER BY id").c_str(),
                             Params().ids(some)))) {
      updates.push_back({std::move(record), wanted});
    }
    found += updates.size();
    update_items(updates);
  }
  return found;
}

void Change::update_items(std::span<const ItemUpdate> updates) {
  std::vector<ItemId> ids;
  std::vector<std::string> names;
  std::vector<std::string> sources;
  std::vector<std::string> keys;
  std::vector<std::string> metadata;
  for (const ItemUpdate& update : updates) {
    const ItemInfo& before = update.item.info;
    const ItemInfo after = changed(before, update.change);
    require_usable(after);
    if (after == before) continue;
    ids.push_back(update.item.id);
    names.push_back(after.class_name);
    sources.push_back(after.source);
    keys.push_back(after.key);
    metadata.push_back(to_json(after.metadata));
    if (after.class_name != before.class_name) {
      count(before.class_name, -1);
      count(after.class_name, 1);
    }
    note(ChangeKind::kUpdated, update.item.id);
  }
  if (ids.empty()) return;
  connection_.run(
      "UPDATE items SET class_name = u.class_name, source = u.source, key = nullif(u.key, ''), "
      "metadata = u.metadata::jsonb, changed_ms = $6::bigint FROM unnest($1::bigint[], $2::text[], "
      "$3::bytea[], $4::text[], $5::text[]) u (id, class_name, source, key, metadata) "
      "WHERE items.id = u.id",
      Params().ids(ids).texts(names).byte_strings(sources).texts(keys).texts(metadata).number(
          now_ms()));
}

void Change::set_setting(std::string_view name, std::string_view value) {
  const Result row =
      connection_.run("SELECT value FROM settings WHERE name = $1::bytea", Params().text(name));
  if ((row.empty() ? std::string_view() : row.text(0, 0)) == value) return;
  connection_.run("DELETE FROM settings WHERE name = $1::bytea", Params().text(name));
  if (!value.empty()) {
    connection_.run("INSERT INTO settings VALUES ($1::bytea, $2::bytea)",
                    Params().text(name).text(value));
  }
  has_changed_ = true;
}

void Change::note(ChangeKind kind, ItemId first, std::int64_t items) {
  history_rows_.begin_row();
  history_rows_.number(number());
  history_rows_.number(static_cast<std::int64_t>(kind));
  history_rows_.number(number_of(first));
  history_rows_.number(items);
  ++history_;
  has_changed_ = true;
}

void Change::count(const std::string& class_name, std::int64_t items) {
  classes_[class_name] += items;
  items_ += items;
}

void Change::forget_old() {
  if (history_ <= 2 * kHistoryEntries) return;
  const Result oldest =
      connection_.run("SELECT change FROM history ORDER BY change DESC OFFSET $1::bigint LIMIT 1",
                      Params().number(kHistoryEntries - 1));
  if (oldest.empty()) return;
  const std::int64_t through = oldest.number(0, 0) - 1;
  history_ -= static_cast<std::int64_t>(
      connection_.run("DELETE FROM history WHERE change <= $1::bigint", Params().number(through))
          .changed_rows());
  // The mark of the change itself may still be asked for.
  connection_.run("DELETE FROM changes WHERE number < $1::bigint", Params().number(through));
  forgotten_ = std::max(forgotten_, through);
}

void Change::finish() {
  connection_.copy("COPY history FROM STDIN (FORMAT binary)", history_rows_);
  count_classes(connection_, classes_, mark_);
  erase_unused_images(connection_, gone_digests_);
  forget_old();
  connection_.run("INSERT INTO changes VALUES ($1::bigint, $2::bigint)",
                  Params().number(number()).number(mark_));
  connection_.run(  // see ChangeSignal
      "UPDATE gallery SET next_id = $1::bigint, items = $2::bigint, changes = $3::bigint, "
      "forgotten = $4::bigint, history = $5::bigint RETURNING pg_notify('simdb', "
      "current_schema())",
      Params()
          .number(next_id_)
          .number(items_)
          .number(number())
          .number(forgotten_)
          .number(history_));
}

}  // namespace simdb::postgres
