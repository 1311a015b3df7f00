#pragma once

#include <memory>
#include <string>

#include "database/copy_gallery.h"
#include "postgres/address.h"

namespace simdb {

namespace postgres {
class Connection;
}

/// Takes a copy of a gallery into PostgreSQL: rows by COPY first, indexes when all are there. Until
/// its end PostgresGallery::open refuses it. Thread-compatible. Everything throws as
/// PostgresGallery; after a lost connection another copy goes on where this one ended.
class PostgresCopy final : public CopyDestination {
 public:
  /// Makes an empty gallery for a copy of `original` where there is none. Throws Error(kUsage) if
  /// there is anything but a copy that was begun.
  PostgresCopy(const PostgresAddress& address, const Gallery& original);
  ~PostgresCopy() override;

  Following following() const override;
  ChangePoint point() const override;
  ItemId next_id() const override;
  void begin(const ChangePoint& at) override;
  void load(const FollowedItems& items) override;
  void follow(const FollowedChanges& changes) override;
  void end(ItemId next_id) override;
  std::string place() const override { return place_; }
  const std::string& encoder_fingerprint() const override { return fingerprint_; }
  void show(const std::function<void(const Gallery&)>& look) override;

 private:
  class Step;

  const PostgresAddress address_;
  std::unique_ptr<postgres::Connection> connection_;
  std::string place_;
  std::string fingerprint_;
};

}  // namespace simdb
