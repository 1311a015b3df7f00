#include "simdb/database_place.h"

#include <memory>
#include <utility>

#include "core/gallery_identity.h"
#include "database/replica_gallery.h"
#include "postgres/address.h"
#include "simdb/error.h"
#ifdef SIMDB_WITH_POSTGRES
#include "postgres/change_signal.h"
#include "postgres/postgres_gallery.h"
#endif

namespace simdb {
namespace {

#ifdef SIMDB_WITH_POSTGRES

std::string shown(const std::string& text) { return without_password(text); }

std::unique_ptr<Gallery> create_gallery(const std::string& text, const GalleryIdentity& identity) {
  return PostgresGallery::create(parse_postgres_address(text), identity);
}

std::unique_ptr<Gallery> open_gallery(const std::string& text, OpenMode mode) {
  return PostgresGallery::open(parse_postgres_address(text),
                               {.is_read_only = mode == OpenMode::kReadOnly});
}

std::function<void(std::chrono::milliseconds)> signal_of(const std::string& text) {
  return [signal = std::make_shared<ChangeSignal>(parse_postgres_address(text))](
             std::chrono::milliseconds longest) { signal->wait(longest); };
}

#else

[[noreturn]] void fail_without() {
  throw Error(
      ErrorCode::kUsage,
      "this simdb was built without PostgreSQL; build it where libpq is (Debian: libpq-dev)");
}
std::string shown(const std::string& /*text*/) { fail_without(); }
std::unique_ptr<Gallery> create_gallery(const std::string&, const GalleryIdentity&) {
  fail_without();
}
std::unique_ptr<Gallery> open_gallery(const std::string&, OpenMode) { fail_without(); }
std::function<void(std::chrono::milliseconds)> signal_of(const std::string&) { fail_without(); }

#endif

}  // namespace

DatabasePlace::DatabasePlace(const std::string& text)
    : text_(text), name_(text), is_folder_(!is_postgres_address(text)) {
  if (!is_folder_) name_ = shown(text);
}

std::filesystem::path DatabasePlace::folder(const std::string& attempt,
                                            const std::string& remedy) const {
  if (is_folder_) return text_;
  throw Error(ErrorCode::kUsage,
              "can't " + attempt + " " + name_ + ", which is no folder; " + remedy);
}

bool DatabasePlace::exists() const {
  if (is_folder_) return Database::exists(text_);
  try {
    open_gallery(text_, OpenMode::kReadOnly);
    return true;
  } catch (const Error& error) {
    if (error.code() == ErrorCode::kNotFound) return false;
    throw;
  }
}

Database DatabasePlace::create(std::span<const std::byte> model, std::size_t dimension,
                               OpenOptions options) const {
  if (is_folder_) return Database::create(text_, model, dimension, std::move(options));
  return Database(create_gallery(text_, identity_of(model, dimension)),
                  std::move(options.encoder_loader));
}

Database DatabasePlace::create(const VectorSpace& space, OpenOptions options) const {
  if (is_folder_) return Database::create(text_, space, std::move(options));
  return Database(create_gallery(text_, identity_of(space)), std::move(options.encoder_loader));
}

Database DatabasePlace::open(OpenOptions options) const {
  if (is_folder_) return Database::open(text_, std::move(options));
  return Database(open_gallery(text_, options.mode), std::move(options.encoder_loader));
}

Database DatabasePlace::open_copy(const std::filesystem::path& folder, OpenOptions options,
                                  const std::function<void()>& check) const {
  return Database(
      std::make_unique<ReplicaGallery>(open_gallery(text_, options.mode),
                                       ReplicaOptions{.folder = folder, .check = check}),
      std::move(options.encoder_loader));
}

std::function<void(std::chrono::milliseconds)> DatabasePlace::change_signal() const {
  if (is_folder_) return {};
  return signal_of(text_);
}

}  // namespace simdb
