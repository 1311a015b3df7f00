#include "postgres/postgres_copy.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "core/item_update.h"
#include "postgres/postgres_gallery.h"
#include "postgres/rows_internal.h"
#include "postgres/schema_internal.h"
#include "simdb/error.h"

namespace simdb {

using postgres::Connection;
using postgres::number_of;
using postgres::Params;
using postgres::Result;

namespace {

std::int64_t signed_number(std::uint64_t number) { return static_cast<std::int64_t>(number); }

Following following_in(Connection& connection) {
  const Result row = connection.run("SELECT bytes FROM sidecars WHERE name = 'following'");
  if (row.empty()) return Following::kNothing;
  return row.text(0, 0) == postgres::kFollowsPart ? Following::kIncomplete : Following::kOriginal;
}

}  // namespace

// One transaction of a copy.
class PostgresCopy::Step {
 public:
  explicit Step(PostgresCopy& copy) : copy_(copy), connection_(*copy.connection_) {
    if (!connection_.reset()) throw Error(ErrorCode::kIo, "the connection is lost; copy again");
    connection_.begin();
    const Result row = connection_.run("SELECT next_id, items, changes FROM gallery FOR UPDATE");
    next_id_ = row.number(0, 0);
    items_ = row.number(0, 1);
    changes_ = row.number(0, 2);
  }

  void require(Following wanted) const {
    if (following_in(connection_) != wanted) refuse();
  }
  [[noreturn]] void refuse() const {
    throw Error(ErrorCode::kUsage, "can't copy into " + copy_.place_ +
                                       ": it is no copy at that stage; choose another schema");
  }
  std::int64_t next_id() const noexcept { return next_id_; }
  std::int64_t changes() const noexcept { return changes_; }

  // The state that it is at from now on.
  void set_point(const ChangePoint& at, Following following) {
    changes_ = signed_number(at.change);
    connection_.run("DELETE FROM changes");
    if (changes_ > 0) {
      connection_.run("INSERT INTO changes VALUES ($1::bigint, $2::bigint)",
                      Params().number(changes_).number(signed_number(at.mark)));
    }
    postgres::put_sidecar(
        connection_, "following",
        following == Following::kIncomplete ? postgres::kFollowsPart : postgres::kFollowsAll);
  }

  void add(const FollowedItems& items) {
    for (std::size_t i = 0; i < items.records.size(); ++i) {
      add_record(items.records[i]);
      rows_.add_rest(number_of(items.records[i].id), items.embeddings.row(i),
                     items.thumbnails.at(i));
    }
    if (!items.records.empty()) reserve(items.records.back().id);
    for (const auto& [digest, bytes] : items.images) {
      connection_.run("INSERT INTO images VALUES ($1::bytea, $2::bytea) ON CONFLICT DO NOTHING",
                      Params().text(postgres::bytes_of(digest)).text(postgres::view_of(bytes)));
    }
  }
  void add_record(const ItemRecord& record) {
    rows_.add_record(number_of(record.id), record.info, record.added_ms, record.changed_ms);
    ++classes_[record.info.class_name];
    ++items_;
  }
  // Ids up to this one are given.
  void reserve(ItemId id) { next_id_ = std::max(next_id_, number_of(id) + 1); }

  // Takes away what is there of these; the rest of those in `updated`, which must be there, stays.
  void clear(std::span<const ItemId> ids, std::span<const ItemRecord> updated) {
    const Result rows = connection_.run(
        "DELETE FROM items WHERE id = ANY($1::bigint[]) RETURNING id, class_name, digest",
        Params().ids(ids));
    std::size_t stay = 0;
    for (std::size_t row = 0; row < rows.rows(); ++row) {
      --classes_[std::string(rows.text(row, 1))];
      --items_;
      if (!rows.is_null(row, 2)) gone_digests_.emplace(rows.text(row, 2));
      stay += has_item(updated, rows.id(row, 0)) ? 1 : 0;
    }
    if (stay != updated.size()) refuse();
    std::vector<ItemId> others;
    for (const ItemId id : ids) {
      if (!has_item(updated, id)) others.push_back(id);
    }
    connection_.run("DELETE FROM vectors WHERE id = ANY($1::bigint[])", Params().ids(others));
    connection_.run("DELETE FROM thumbnails WHERE id = ANY($1::bigint[])", Params().ids(others));
  }

  void set_settings(const std::map<std::string, std::string>& settings) {
    connection_.run("DELETE FROM settings");
    for (const auto& [name, value] : settings) {
      connection_.run("INSERT INTO settings VALUES ($1::bytea, $2::bytea)",
                      Params().text(name).text(value));
    }
  }

  void commit() {
    rows_.write(connection_);
    postgres::count_classes(connection_, classes_, changes_);
    postgres::erase_unused_images(connection_, gone_digests_);
    connection_.run(
        "UPDATE gallery SET next_id = $1::bigint, items = $2::bigint, changes = $3::bigint, "
        "forgotten = $3::bigint",
        Params().number(next_id_).number(items_).number(changes_));
    connection_.commit();
  }

 private:
  PostgresCopy& copy_;
  Connection& connection_;
  std::int64_t next_id_ = 0;
  std::int64_t items_ = 0;
  std::int64_t changes_ = 0;
  postgres::ItemRows rows_;
  std::map<std::string, std::int64_t> classes_;  // items gained or lost
  std::set<std::string> gone_digests_;
};

PostgresCopy::PostgresCopy(const PostgresAddress& address, const Gallery& original)
    : address_(address), connection_(std::make_unique<Connection>(address.server)) {
  place_ = postgres::place_of(*connection_, address.schema);
  if (!postgres::has_gallery(*connection_, address.schema)) {
    postgres::create_tables(*connection_, address, identity_of(original));
  }
  postgres::prepare_session(*connection_, address.schema, PostgresOptions().busy_after.count());
  fingerprint_ = postgres::read_identity(*connection_, address.schema).encoder_fingerprint;
  if (following() == Following::kNothing && point().change > 0) {
    throw Error(ErrorCode::kUsage, "can't copy into " + place_ +
                                       ": there is a database already; choose another schema");
  }
}

PostgresCopy::~PostgresCopy() = default;

Following PostgresCopy::following() const { return following_in(*connection_); }

ChangePoint PostgresCopy::point() const {
  const Result row = connection_->run(
      "SELECT g.changes, coalesce(c.mark, 0) FROM gallery g LEFT JOIN changes c ON c.number = "
      "g.changes");
  return {static_cast<std::uint64_t>(row.number(0, 0)),
          static_cast<std::uint64_t>(row.number(0, 1))};
}

ItemId PostgresCopy::next_id() const {
  return connection_->run("SELECT next_id FROM gallery").id(0, 0);
}

void PostgresCopy::begin(const ChangePoint& at) {
  Step step(*this);
  step.require(Following::kNothing);
  if (step.changes() > 0) step.refuse();
  postgres::drop_indexes(*connection_);
  step.set_point(at, Following::kIncomplete);
  step.commit();
}

void PostgresCopy::load(const FollowedItems& items) {
  if (items.records.empty()) return;
  Step step(*this);
  step.require(Following::kIncomplete);
  if (number_of(items.records.front().id) < step.next_id()) step.refuse();
  step.add(items);
  step.commit();
}

void PostgresCopy::follow(const FollowedChanges& changes) {
  const std::vector<ItemId> touched = ids_of(changes.events);
  Step step(*this);
  const Following before = following_in(*connection_);
  if (before == Following::kNothing) step.refuse();
  step.set_point(changes.through, Following::kOriginal);
  step.clear(touched, changes.updated);
  for (const ItemRecord& record : changes.updated) step.add_record(record);
  step.add(changes.added);
  if (!touched.empty()) step.reserve(touched.back());
  if (changes.settings) step.set_settings(*changes.settings);
  if (before == Following::kIncomplete) postgres::create_indexes(*connection_);
  step.commit();
  connection_->run("ANALYZE items");
  connection_->run("ANALYZE vectors");
}

void PostgresCopy::end(ItemId next_id) {
  Step step(*this);
  step.require(Following::kOriginal);
  step.reserve(ItemId{to_number(next_id) - 1});
  connection_->run("DELETE FROM sidecars WHERE name = 'following'");
  step.commit();
}

void PostgresCopy::show(const std::function<void(const Gallery&)>& look) {
  look(*PostgresGallery::open(address_, {.is_read_only = true}, /*is_whole=*/false));
}

}  // namespace simdb
