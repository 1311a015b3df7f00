// What every engine must do, of PostgreSQL.
#include "database/replica_gallery.h"
#include "tests/database/gallery_conformance.h"
#include "tests/postgres/citus.h"
#include "tests/postgres/server.h"
#include "tests/postgres/shards.h"

namespace simdb::test {
namespace {

class PostgresHost final : public GalleryHost {
 public:
  explicit PostgresHost(bool has_shards)
      : has_shards_(has_shards), address_(PostgresServer::new_address()) {
    PostgresGallery::create(address_, small_identity());
    if (has_shards) move_to_shards(address_);
  }
  std::unique_ptr<Gallery> open() override { return PostgresGallery::open(address_); }
  std::unique_ptr<Gallery> open_reader() override {
    return PostgresGallery::open(address_, {.is_read_only = true});
  }
  bool keeps() const override { return true; }
  bool readers_wait() const override { return false; }
  bool has_one_state() const override { return !has_shards_; }             // postgres_fdw can't
  std::uint64_t steps() const override { return has_shards_ ? 30 : 120; }  // each takes longer

 private:
  const bool has_shards_;
  const PostgresAddress address_;
};

// Spread over the nodes of a Citus cluster.
class CitusHost final : public GalleryHost {
 public:
  CitusHost() { PostgresGallery::create(place_.address(), small_identity()); }
  std::unique_ptr<Gallery> open() override { return PostgresGallery::open(place_.address()); }
  std::unique_ptr<Gallery> open_reader() override {
    return PostgresGallery::open(place_.address(), {.is_read_only = true});
  }
  bool keeps() const override { return true; }
  bool readers_wait() const override { return false; }
  bool has_one_state() const override { return false; }  // each node has its own
  std::uint64_t steps() const override { return 30; }

 private:
  const CitusPlace place_;
};

// A copy in this process that follows a gallery in PostgreSQL.
class CopyHost final : public GalleryHost {
 public:
  CopyHost() { PostgresGallery::create(address_, small_identity()); }
  std::unique_ptr<Gallery> open() override { return copy_of({}); }
  std::unique_ptr<Gallery> open_reader() override { return copy_of({.is_read_only = true}); }
  bool keeps() const override { return true; }

 private:
  std::unique_ptr<Gallery> copy_of(const PostgresOptions& options) {
    return std::make_unique<ReplicaGallery>(PostgresGallery::open(address_, options));
  }

  const PostgresAddress address_ = PostgresServer::new_address();
};

std::vector<GalleryEngine> engines() {
  std::vector<GalleryEngine> engines;
  if (PostgresServer::shared() != nullptr) {
    engines = {{"one_server", [] { return std::make_unique<PostgresHost>(false); }},
               {"three_shards", [] { return std::make_unique<PostgresHost>(true); }},
               {"copy", [] { return std::make_unique<CopyHost>(); }}};
  }
  if (CitusPlace::cluster()) {
    engines.push_back({"citus", [] { return std::make_unique<CitusHost>(); }});
  }
  return engines;
}

INSTANTIATE_TEST_SUITE_P(Postgres, GalleryConformanceTest, testing::ValuesIn(engines()),
                         [](const auto& tested) { return tested.param.name; });

}  // namespace
}  // namespace simdb::test
