// The engines that pass tests/database/gallery_conformance.cpp, and what a gallery without files of
// simdb's own can't.
#include "simdb/gallery.h"

#include "database/embedded_gallery.h"
#include "simdb/database.h"
#include "tests/database/gallery_conformance.h"
#include "tests/support/embeddings.h"
#include "tests/support/errors.h"
#include "tests/support/fake_encoder.h"
#include "tests/support/plain_gallery.h"
#include "tests/support/stores.h"
#include "tests/support/temporary_folder.h"

namespace simdb::test {
namespace {

class EmbeddedHost final : public GalleryHost {
 public:
  EmbeddedHost() { make_store(folder_ / "store").reset(); }
  std::unique_ptr<Gallery> open() override { return open(StoreMode::kReadWrite); }
  std::unique_ptr<Gallery> open_reader() override { return open(StoreMode::kReadOnly); }
  bool keeps() const override { return true; }

 private:
  std::unique_ptr<Gallery> open(StoreMode mode) {
    return std::make_unique<EmbeddedGallery>(Store::open(folder_ / "store", mode), folder_.path());
  }
  TemporaryFolder folder_;
};

class PlainHost final : public GalleryHost {
 public:
  std::unique_ptr<Gallery> open() override { return std::make_unique<PlainGallery>(16); }
  std::unique_ptr<Gallery> open_reader() override { return nullptr; }
  bool keeps() const override { return false; }
};

INSTANTIATE_TEST_SUITE_P(
    Engines, GalleryConformanceTest,
    testing::Values(GalleryEngine{"Embedded", [] { return std::make_unique<EmbeddedHost>(); }},
                    GalleryEngine{"Plain", [] { return std::make_unique<PlainHost>(); }}),
    [](const auto& engine) { return engine.param.name; });

TEST(GalleryTest, ADatabaseTakesAnyGallery) {
  const std::vector<std::byte> model(10, std::byte{3});
  Database database(std::make_unique<PlainGallery>(16, model), fake_loader(16));
  EXPECT_EQ(database.encoder().fingerprint(), database.gallery().encoder_fingerprint());
  SourceImage image;
  image.image = grey_image(10);
  image.source = "/dark";
  database.add("dark", image);
  image.image = grey_image(240);
  image.source = "/light";
  database.add("light", image);
  EXPECT_EQ(database.query(grey_image(250)).class_name, "light");
  EXPECT_EQ(database.verify().items, 2U);
  EXPECT_FALSE(database.refresh());

  const EmbeddingBatch queries = random_embeddings(100, 16, 1);
  QueryOptions options{.filter = {.ids = std::vector{ItemId{1}}}};
  for (const Prediction& prediction : database.query_batch(queries, options)) {
    EXPECT_EQ(prediction.class_name, "dark");
  }
  options.filter = {{"light", "dark"}};
  const auto predictions = database.query_batch(queries, options);
  ASSERT_EQ(predictions.size(), 100U);
  for (std::size_t i = 0; i < queries.rows(); ++i) {
    const Prediction alone = database.query(queries.row(i), options);
    EXPECT_EQ(predictions[i].class_name, alone.class_name);
    EXPECT_EQ(predictions[i].confidence, alone.confidence);
    EXPECT_EQ(predictions[i].neighbors.size(), 2U);
  }
}

TEST(GalleryTest, WhatAnEngineCannotIsAnErrorWithTheRemedy) {
  PlainGallery gallery(16);
  const Error no_backup = error_of([&] { gallery.back_up("/nowhere/file"); });
  EXPECT_EQ(no_backup.code(), ErrorCode::kUsage);
  EXPECT_NE(std::string(no_backup.what()).find("simdb export"), std::string::npos);
  EXPECT_EQ(code_of([&] { gallery.reindex(); }), ErrorCode::kUsage);
  EXPECT_EQ(code_of([&] { gallery.compact(); }), ErrorCode::kUsage);
  EXPECT_EQ(code_of([] { Database(nullptr); }), ErrorCode::kUsage);
}

}  // namespace
}  // namespace simdb::test
