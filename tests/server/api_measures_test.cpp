#include <algorithm>
#include <cmath>
#include <cstring>

#include "server/gallery_map.h"
#include "tests/server/service_fixture.h"
#include "tests/support/embeddings.h"
#include "tests/support/plain_gallery.h"

namespace simdb::server {
namespace {

// What a client reads of GET /v1/map.
struct ReadMap {
  explicit ReadMap(const std::string& bytes) {
    std::uint32_t length = 0;
    std::memcpy(&length, bytes.data(), 4);
    EXPECT_EQ((4 + length) % 8, 0U);
    head = json::parse(bytes.substr(4, length), nullptr, false);
    EXPECT_FALSE(head.is_discarded());
    const auto items = head["items"].get<std::size_t>();
    const auto dims = head["dims"].get<std::size_t>();
    EXPECT_EQ(bytes.size(), 4 + length + items * (8 + 4 * dims + 4));
    ids.resize(items);
    positions.resize(items * dims);
    class_of.resize(items);
    if (items == 0) return;
    const char* at = bytes.data() + 4 + length;
    std::memcpy(ids.data(), at, items * 8);
    std::memcpy(positions.data(), at + items * 8, positions.size() * 4);
    std::memcpy(class_of.data(), at + items * 8 + positions.size() * 4, items * 4);
  }
  json head;
  std::vector<std::uint64_t> ids;
  std::vector<float> positions;
  std::vector<std::uint32_t> class_of;
};

class ApiMeasuresTest : public ServiceTest {
 protected:
  void add_colours() {
    for (std::uint8_t shade = 0; shade < 6; ++shade) {
      ASSERT_EQ(add("red", picture(200, shade, 0)).status, 201);
      ASSERT_EQ(add("blue", picture(0, shade, 200)).status, 201);
    }
  }
};

TEST_F(ApiMeasuresTest, MapsTheGalleryByItsPrincipalAxes) {
  add_colours();
  const HttpAnswer answer = ask("GET", "/v1/map", {}, {}, kReading);
  ASSERT_EQ(answer.status, 200);
  EXPECT_EQ(answer.field("content-type"), "application/octet-stream");
  const ReadMap map(answer.body);
  EXPECT_EQ(map.head["change"], database_->gallery().changes());
  EXPECT_EQ(map.head["of"], 12);
  EXPECT_EQ(map.head["classes"], json({"blue", "red"}));
  ASSERT_EQ(map.ids.size(), 12U);
  EXPECT_TRUE(std::ranges::is_sorted(map.ids));
  EXPECT_GT(map.head["variance"][0], 0.99);
  float farthest = 0;
  float sums[3] = {};
  for (std::size_t i = 0; i < 12; ++i) {
    EXPECT_EQ(map.class_of[i], map.ids[i] % 2) << "red came first";
    for (std::size_t axis = 0; axis < 3; ++axis) {
      const float value = map.positions[3 * i + axis];
      sums[axis] += value;
      farthest = std::max(farthest, std::abs(value));
    }
    EXPECT_EQ(map.positions[3 * i] > 0, map.positions[0] > 0 ? i % 2 == 0 : i % 2 == 1);
  }
  EXPECT_EQ(farthest, 1);
  for (const float sum : sums) EXPECT_NEAR(sum, 0, 1e-5);
  const HttpAnswer same =
      ask("GET", "/v1/map", {}, {}, kReading, "If-None-Match: " + answer.field("etag") + "\r\n");
  EXPECT_EQ(same.status, 304);
  EXPECT_EQ(ReadMap(ask("GET", "/v1/map?dims=2").body).positions.size(), 24U);
  EXPECT_EQ(ask("GET", "/v1/map?dims=4").status, 400);
}

TEST_F(ApiMeasuresTest, MapsNextToNothing) {
  EXPECT_EQ(ReadMap(ask("GET", "/v1/map").body).head["variance"], json({0.0, 0.0, 0.0}));
  for (int copies = 0; copies < 2; ++copies) {
    ASSERT_EQ(add(copies == 0 ? "a" : "b", picture(9, 0, 0)).status, 201);
    const ReadMap map(ask("GET", "/v1/map").body);
    for (const float value : map.positions) EXPECT_EQ(value, 0);
  }
}

TEST(GalleryMapTest, DrawsEvenlyById) {
  test::PlainGallery gallery(16);
  const EmbeddingBatch rows = test::clustered_embeddings(1000, 16, 4, 1);
  std::vector<NewItem> items;
  for (std::size_t i = 0; i < rows.rows(); ++i) {
    items.push_back({{.class_name = i < 500 ? "a" : "b"}, {}});
  }
  gallery.add(items, rows);
  const GalleryMap whole = map_of(gallery, 3, 1000, [] {});
  EXPECT_EQ(whole.ids.size(), 1000U);
  const GalleryMap map = map_of(gallery, 3, 100, [] {});
  EXPECT_EQ(map.of, 1000U);
  ASSERT_EQ(map.ids.size(), 100U);
  for (std::size_t i = 0; i < map.ids.size(); ++i) EXPECT_EQ(map.ids[i], 10 * (i + 1));
  double shares = 0;
  for (const double share : whole.variance) shares += share;
  EXPECT_GT(shares, 0.8) << "of four centres; the rest is noise around them";
  EXPECT_LE(shares, 1 + 1e-6);
  EXPECT_GE(whole.variance[0], whole.variance[1]);
  EXPECT_GE(whole.variance[1], whole.variance[2]);
}

TEST_F(ApiMeasuresTest, TellsHowTheGalleryAnswersForItsOwn) {
  const json nothing = json::parse(ask("GET", "/v1/confusion").body);
  EXPECT_EQ(nothing["items"], 0);
  EXPECT_EQ(nothing["confusions"], json::array());
  add_colours();
  ASSERT_EQ(add("blue", picture(200, 9, 0)).status, 201);
  const HttpAnswer answer = ask("GET", "/v1/confusion?k=3");
  const json found = json::parse(answer.body);
  EXPECT_EQ(found["items"], 13);
  EXPECT_EQ(found["of"], 13);
  EXPECT_EQ(found["confusions"],
            json::array({{{"class", "blue"}, {"predicted", "red"}, {"items", 1}}}));
  EXPECT_DOUBLE_EQ(found["accuracy"], 12.0 / 13);
  EXPECT_TRUE(found["unknown"].is_null());
  // A calibration is no change, but another answer.
  Calibration::compute(database_->gallery()).save(database_->gallery());
  ASSERT_FALSE(service_->decisions().reload());
  const HttpAnswer calibrated = ask("GET", "/v1/confusion?k=3&alpha=0.3", {}, {}, kReading,
                                    "If-None-Match: " + answer.field("etag") + "\r\n");
  ASSERT_EQ(calibrated.status, 200);
  EXPECT_EQ(json::parse(calibrated.body)["unknown"]["alpha"], 0.3);
  const HttpAnswer default_alpha = ask("GET", "/v1/confusion?k=3", {}, {}, kReading,
                                       "If-None-Match: " + answer.field("etag") + "\r\n");
  EXPECT_EQ(default_alpha.status, 200);
  EXPECT_EQ(ask("GET", "/v1/confusion?alpha=1").status, 400);
  EXPECT_EQ(ask("GET", "/v1/confusion?k=0").status, 400);
}

}  // namespace
}  // namespace simdb::server
