#include "postgres/postgres_gallery.h"

#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

#include "database/addition_plan.h"
#include "postgres/change_internal.h"
#include "postgres/parts_internal.h"
#include "postgres/rows_internal.h"
#include "postgres/schema_internal.h"
#include "simdb/error.h"

namespace simdb {
namespace {

using postgres::Change;
using postgres::Connection;
using postgres::ConnectionPool;
using postgres::ServerError;

std::int64_t draw_mark() {
  std::int64_t mark = 0;
  if (::getentropy(&mark, sizeof(mark)) != 0) {
    throw Error(ErrorCode::kIo,
                "the system has no random numbers: " + std::generic_category().message(errno));
  }
  return mark;
}

std::function<void(Connection&)> session_of(const PostgresAddress& address,
                                            const PostgresOptions& options) {
  return [schema = address.schema, busy_ms = options.busy_after.count()](Connection& connection) {
    postgres::prepare_session(connection, schema, busy_ms);
  };
}

}  // namespace

PostgresGallery::PostgresGallery(const PostgresAddress& address, GalleryIdentity identity,
                                 const PostgresOptions& options)
    : parts_(std::make_unique<Parts>(address.server, session_of(address, options),
                                     options.retry_for, identity.dimension,
                                     address.is_approximate)),
      identity_(std::move(identity)),
      options_(options) {}

PostgresGallery::~PostgresGallery() = default;

std::unique_ptr<PostgresGallery> PostgresGallery::create(const PostgresAddress& address,
                                                         const GalleryIdentity& identity,
                                                         const PostgresOptions& options) {
  {
    Connection connection(address.server);
    postgres::create_tables(connection, address, identity);
  }
  return open(address, options);
}

std::unique_ptr<PostgresGallery> PostgresGallery::open(const PostgresAddress& address,
                                                       const PostgresOptions& options) {
  return open(address, options, /*is_whole=*/true);
}

std::unique_ptr<PostgresGallery> PostgresGallery::open(const PostgresAddress& address,
                                                       const PostgresOptions& options,
                                                       bool is_whole) {
  auto connection = std::make_unique<Connection>(address.server);
  postgres::prepare_session(*connection, address.schema, options.busy_after.count());
  GalleryIdentity identity = postgres::read_identity(*connection, address.schema);
  if (is_whole) postgres::require_whole(*connection);
  std::unique_ptr<PostgresGallery> gallery(
      new PostgresGallery(address, std::move(identity), options));
  gallery->parts_->place = postgres::place_of(*connection, address.schema);
  gallery->parts_->pool.give_back(std::move(connection));
  gallery->parts_->seen_changes = gallery->changes();
  return gallery;
}

void PostgresGallery::grant(const PostgresAddress& address, const std::string& role,
                            bool may_write) {
  Connection connection(address.server);
  postgres::grant_access(connection, address.schema, role, may_write);
}

void PostgresGallery::require_writable(const char* attempt) const {
  if (!options_.is_read_only) return;
  throw Error(ErrorCode::kUsage, "can't " + std::string(attempt) + " " + parts_->place +
                                     ": it was opened for reading; open it for writing");
}

// Calls make(change), again from the beginning where that is safe, until it is committed.
template <typename Make>
auto PostgresGallery::change(const char* attempt, const Make& make) {
  require_writable(attempt);
  const std::int64_t mark = draw_mark();
  std::int64_t tried = 0;  // the number of the change whose COMMIT has had no answer
  decltype(make(std::declval<Change&>())) result;
  try {
    parts_->pool.again_if_transient([&] {
      const ConnectionPool::Lease lease(parts_->pool);
      Connection& connection = *lease;
      connection.begin();
      // Waits until the transaction before, if it still runs, is committed or not.
      Change change(connection, mark);
      if (tried != 0 && change.is_made(tried)) return;
      tried = 0;
      result = make(change);
      if (change.is_empty()) return;
      change.finish();
      tried = change.number();
      connection.commit();
    });
  } catch (const ServerError& error) {
    if (tried == 0 || !error.is_lost()) throw;
    throw Error(ErrorCode::kIo,
                "the connection was lost at the end of a change, and whether it "
                "was made could not be told: " +
                    std::string(error.what()) +
                    ". Look before you repeat it; an add can simply be repeated");
  }
  return result;
}

std::vector<AddedItem> PostgresGallery::add(std::span<const NewItem> items,
                                            const EmbeddingBatch& embeddings) {
  require_addable(items, embeddings, dimension());
  return change("add to", [&](Change& change) {
    AdditionPlan plan = plan_addition(change.stored(), items);
    const std::vector<ItemId> ids = change.add(plan, items, embeddings);
    return added_items(std::move(plan), ids);
  });
}

std::size_t PostgresGallery::remove(std::span<const ItemId> ids) {
  return change("remove from", [&](Change& change) { return change.erase(ids); });
}

std::size_t PostgresGallery::remove_class(std::string_view class_name) {
  return change("remove from",
                [&](Change& change) { return change.erase(change.items_of(class_name)); });
}

std::size_t PostgresGallery::update(std::span<const ItemId> ids, const ItemChange& wanted) {
  return change("change items of", [&](Change& change) { return change.update(ids, wanted); });
}

std::size_t PostgresGallery::rename_class(std::string_view from, std::string_view to) {
  return change("change items of", [&](Change& change) {
    return change.update(change.items_of(from), {.class_name = std::string(to)});
  });
}

void PostgresGallery::set_setting(std::string_view name, std::string_view value) {
  change("change a setting of", [&](Change& change) {
    change.set_setting(name, value);
    return true;
  });
}

// No change of the gallery, and done twice it is as done once.
void PostgresGallery::set_sidecar(std::string_view name, std::span<const std::byte> bytes) {
  require_sidecar_name(name);
  parts_->pool.again_if_transient([&] {
    const ConnectionPool::Lease lease(parts_->pool);
    postgres::put_sidecar(*lease, name, postgres::view_of(bytes));
  });
}

bool PostgresGallery::refresh() {
  if (!options_.is_read_only) return false;
  const std::uint64_t now = changes();
  return parts_->seen_changes.exchange(now) != now;
}

}  // namespace simdb
