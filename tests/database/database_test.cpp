#include "simdb/database.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <fstream>
#include <thread>

#include "database/layout.h"
#include "tests/support/errors.h"
#include "tests/support/fake_encoder.h"
#include "tests/support/temporary_folder.h"

namespace simdb {
namespace {

namespace fs = std::filesystem;
using test::code_of;
using test::error_of;
using test::grey_image;

const std::vector<std::byte> kModel(100, std::byte{7});

SourceImage source_image(std::uint8_t brightness, const std::string& source) {
  SourceImage image;
  image.image = grey_image(brightness);
  image.source = source;
  image.digest.fill(brightness);
  image.thumbnail.assign(10, std::byte{brightness});
  return image;
}

class DatabaseTest : public testing::Test {
 protected:
  OpenOptions options(OpenMode mode = OpenMode::kReadWrite) const {
    return {mode, test::fake_loader(16)};
  }
  Database make() const { return Database::create(path, kModel, 16, options()); }

  test::TemporaryFolder folder;
  fs::path path = folder / "db";
};

TEST_F(DatabaseTest, LearnsClassesFromAFewImages) {
  {
    Database database = make();
    const std::vector<SourceImage> dark{source_image(10, "/a"), source_image(12, "/b")};
    const auto added = database.add("dark", dark);
    EXPECT_TRUE(added[0].is_new && added[1].is_new);
    EXPECT_FALSE(database.add("dark", dark[1]).is_new);
    EXPECT_EQ(database.query(grey_image(250)).class_name, "dark");  // all that it knows
    EXPECT_FALSE(database.query(grey_image(250)).accepted);
    database.add("light", source_image(240, "/c"));
  }
  const Database database = Database::open(path, options(OpenMode::kReadOnly));
  const Prediction prediction = database.query(grey_image(250));
  EXPECT_EQ(prediction.class_name, "light");
  EXPECT_TRUE(prediction.accepted);
  EXPECT_GT(prediction.confidence, 0.99);
  ASSERT_EQ(prediction.neighbors.size(), 3U);
  EXPECT_EQ(prediction.neighbors[0].source, "/c");
  EXPECT_EQ(prediction.neighbors[0].class_name, "light");
  ASSERT_EQ(prediction.ranking.size(), 2U);
  EXPECT_EQ(prediction.ranking[0].score, prediction.confidence);
  EXPECT_TRUE(database.verify().problems.empty());
  EXPECT_EQ(database.verify().items, 3U);
}

TEST_F(DatabaseTest, AClassIsNotOutvotedForHavingFewImages) {
  Database database = make();
  std::vector<SourceImage> many;
  for (int i = 0; i < 40; ++i) {
    many.push_back(source_image(100, "/many" + std::to_string(i)));
    many.back().digest[0] = static_cast<std::uint8_t>(i);  // other files of one picture
  }
  database.add("many", many);
  std::vector few{source_image(101, "/few1"), source_image(102, "/few2")};
  few[1].image = few[0].image;
  for (SourceImage& image : few) image.image.pixels[0] = 150;  // a little of another brightness
  database.add("few", few);
  const Prediction prediction = database.query(few[0].image);
  EXPECT_EQ(prediction.class_name, "few");
  ASSERT_EQ(prediction.neighbors.size(), 10U);  // two of few, eight of many
  EXPECT_EQ(prediction.neighbors[0].class_size, 2U);
  EXPECT_EQ(prediction.neighbors[9].class_size, 40U);
  EXPECT_EQ(database.query(grey_image(99)).class_name, "many");
  database.remove(std::vector{prediction.neighbors[0].id});
  EXPECT_EQ(database.query(few[0].image).neighbors[0].class_size, 1U);
}

// A unit vector at an angle in the first two of 16 dimensions.
std::vector<float> at_degrees(double angle) {
  std::vector<float> values(16);
  values[0] = static_cast<float>(std::cos(angle * M_PI / 180));
  values[1] = static_cast<float>(std::sin(angle * M_PI / 180));
  return values;
}

TEST_F(DatabaseTest, AMeanOutvotesOneNearItem) {
  Database database = make();
  std::uint8_t number = 0;
  const auto add = [&](const std::string& name, std::initializer_list<double> angles) {
    EmbeddingBatch embeddings(16);
    std::vector<NewItem> items;
    for (const double angle : angles) {
      embeddings.append_normalized(at_degrees(angle));
      items.push_back({{name, "/" + std::to_string(++number), {}, 1, 1}, {}});
    }
    return database.gallery().add(items, embeddings);
  };
  add("around", {-30, 30, -33, 33});
  add("beside", {29, 120, 122, 124});
  // The nearest item is "beside"; the query is right in the middle of "around".
  const auto query = [&](OpenMode mode) {
    if (mode == OpenMode::kReadWrite) return database.query(at_degrees(0), {.k = 3});
    return Database::open(path, options(mode)).query(at_degrees(0), {.k = 3});
  };
  EXPECT_EQ(database.query(at_degrees(0), {.k = 1}).class_name, "beside");
  const Prediction before = query(OpenMode::kReadWrite);
  EXPECT_EQ(before.neighbors[0].class_name, "beside");
  EXPECT_EQ(before.class_name, "around");
  EXPECT_GT(before.confidence, 0.9);
  EXPECT_EQ(query(OpenMode::kReadOnly).confidence, before.confidence);
  // When it moves away, so does its mean; when that goes, all is as before.
  const auto added = add("around", {90, 91, 92, 93, 94, 95, 96, 97});
  const Prediction moved = query(OpenMode::kReadWrite);
  EXPECT_EQ(moved.class_name, "beside");
  EXPECT_EQ(query(OpenMode::kReadOnly).confidence, moved.confidence);
  std::vector<ItemId> ids;
  for (const AddedItem& item : added) ids.push_back(item.id);
  database.remove(ids);
  EXPECT_EQ(query(OpenMode::kReadWrite).confidence, before.confidence);
  database.remove_class("around");
  EXPECT_EQ(query(OpenMode::kReadWrite).confidence, 1);
}

TEST_F(DatabaseTest, QueryOptionsNarrowTheAnswer) {
  Database database = make();
  database.add("dark", std::vector{source_image(10, "/a"), source_image(12, "/b")});
  database.add("light", source_image(240, "/c"));
  QueryOptions query;
  query.k = 1;
  EXPECT_EQ(database.query(grey_image(10), query).neighbors.size(), 1U);
  query.filter.class_names = {"light"};
  EXPECT_EQ(database.query(grey_image(10), query).class_name, "light");
  query.filter.class_names = {"unknown"};
  EXPECT_TRUE(database.query(grey_image(10), query).class_name.empty());
  query.k = 0;
  EXPECT_EQ(code_of([&] { database.query(grey_image(10), query); }), ErrorCode::kUsage);
}

TEST_F(DatabaseTest, AnEmptyDatabaseKnowsNothing) {
  const Database database = make();
  const Prediction prediction = database.query(grey_image(10));
  EXPECT_TRUE(prediction.class_name.empty());
  EXPECT_EQ(prediction.confidence, 0);
  EXPECT_FALSE(prediction.accepted);
  EXPECT_TRUE(prediction.ranking.empty() && prediction.neighbors.empty());
}

TEST_F(DatabaseTest, ComparesTwoImages) {
  const Database database = make();
  EXPECT_NEAR(database.compare(grey_image(10), grey_image(11)), 1, 1e-6);
  EXPECT_LT(database.compare(grey_image(10), grey_image(250)), 0.1F);
}

TEST_F(DatabaseTest, RemovesItemsAndClasses) {
  Database database = make();
  const auto added =
      database.add("dark", std::vector{source_image(10, "/a"), source_image(12, "/b")});
  EXPECT_EQ(database.remove(std::vector{added[0].id, ItemId{77}}), 1U);
  EXPECT_EQ(database.remove_class("dark"), 1U);
  EXPECT_EQ(database.remove_class("dark"), 0U);
  EXPECT_TRUE(database.gallery().classes().empty());
}

TEST_F(DatabaseTest, OneBadImageStopsAllOfThem) {
  Database database = make();
  std::vector<SourceImage> images{source_image(10, "/a"), source_image(12, "/b")};
  images[1].image.pixels.clear();
  EXPECT_EQ(code_of([&] { database.add("dark", images); }), ErrorCode::kBadInput);
  EXPECT_EQ(database.gallery().stats().items, 0U);
}

TEST_F(DatabaseTest, CreateWantsAFreshFolder) {
  EXPECT_FALSE(Database::exists(path));
  fs::create_directory(path);
  EXPECT_FALSE(Database::exists(path));
  make();  // an empty folder is fine
  EXPECT_TRUE(Database::exists(path));
  EXPECT_EQ(code_of([&] { make(); }), ErrorCode::kUsage);
  fs::create_directory(folder / "full");
  std::ofstream(folder / "full" / "file") << "x";
  EXPECT_EQ(code_of([&] { Database::create(folder / "full", kModel, 16); }), ErrorCode::kUsage);
  EXPECT_TRUE(fs::exists(folder / "full" / "file"));
  EXPECT_EQ(code_of([&] { Database::create(folder / "no" / "parent", kModel, 16); }),
            ErrorCode::kNotFound);
  EXPECT_EQ(code_of([&] { Database::create(folder / "full" / "file", kModel, 16); }),
            ErrorCode::kIo);
  EXPECT_EQ(code_of([&] { Database::create(folder / "odd", kModel, 4097); }), ErrorCode::kUsage);
  EXPECT_FALSE(fs::exists(folder / "odd"));
}

TEST_F(DatabaseTest, AFailedCreationLeavesNothing) {
  OpenOptions read_only = options(OpenMode::kReadOnly);
  EXPECT_EQ(code_of([&] { Database::create(path, kModel, 16, read_only); }), ErrorCode::kUsage);
  EXPECT_FALSE(fs::exists(path));
}

TEST_F(DatabaseTest, OpenTellsWhatIsMissing) {
  EXPECT_EQ(code_of([&] { Database::open(path); }), ErrorCode::kNotFound);
  fs::create_directory(path);
  EXPECT_EQ(code_of([&] { Database::open(path); }), ErrorCode::kNotFound);
  std::ofstream(folder / "file") << "x";
  EXPECT_EQ(code_of([&] { Database::open(folder / "file"); }), ErrorCode::kNotFound);
  fs::create_directory(store_path(path));
  EXPECT_EQ(code_of([&] { Database::open(path); }), ErrorCode::kCorruption);  // interrupted
}

TEST_F(DatabaseTest, TheEncoderIsLoadedOnceWhenItIsNeeded) {
  std::atomic<int> loads = 0;
  make();
  OpenOptions counting;
  counting.encoder_loader = [&](std::span<const std::byte> model, const std::string& fingerprint) {
    ++loads;
    EXPECT_EQ(fingerprint, to_hex(sha256(model)));
    EXPECT_TRUE(std::equal(model.begin(), model.end(), kModel.begin(), kModel.end()));
    return std::make_shared<const test::FakeEncoder>(model, 16);
  };
  const Database database = Database::open(path, counting);
  database.gallery().stats();
  EXPECT_EQ(loads, 0);
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) threads.emplace_back([&] { database.query(grey_image(1)); });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(loads, 1);
}

TEST_F(DatabaseTest, AWrongEncoderIsRefused) {
  make();
  const Database without = Database::open(path, {OpenMode::kReadOnly, {}});
  EXPECT_EQ(code_of([&] { without.query(grey_image(1)); }), ErrorCode::kUsage);
  EXPECT_EQ(without.encoder_model(), kModel);

  const Database wide = Database::open(path, {OpenMode::kReadOnly, test::fake_loader(32)});
  EXPECT_EQ(code_of([&] { wide.encoder(); }), ErrorCode::kUsage);

  const Database other = Database::open(
      path, {OpenMode::kReadOnly, [](std::span<const std::byte>, const std::string&) {
               return std::make_shared<const test::FakeEncoder>(std::vector<std::byte>(3), 16);
             }});
  const Error error = test::error_of([&] { other.encoder(); });
  EXPECT_EQ(error.code(), ErrorCode::kUsage);
  const std::string said = error.what();
  for (const auto& model : {std::vector<std::byte>(3), kModel}) {
    EXPECT_NE(said.find(to_hex(sha256(model))), std::string::npos) << said;
  }
}

TEST_F(DatabaseTest, AFolderCanBeMoved) {
  make().add("dark", source_image(10, "/a"));
  fs::rename(path, folder / "moved");
  EXPECT_EQ(Database::open(folder / "moved", options()).query(grey_image(10)).class_name, "dark");
}

TEST_F(DatabaseTest, QueriesWithinASimilarity) {
  Database database = make();
  for (const std::uint8_t brightness : {10, 12, 14, 240}) {
    database.add("any", source_image(brightness, "/" + std::to_string(brightness)));
  }
  const Prediction all = database.query(grey_image(12), {.k = 4});
  ASSERT_EQ(all.neighbors.size(), 4U);
  const float third = all.neighbors[2].similarity;
  EXPECT_EQ(database.query(grey_image(12), {.k = 1, .within = third}).neighbors.size(), 3U);
  EXPECT_TRUE(database.query(grey_image(12), {.within = 1.5F}).neighbors.empty());
}

}  // namespace
}  // namespace simdb
