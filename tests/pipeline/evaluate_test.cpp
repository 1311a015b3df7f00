#include "pipeline/evaluate.h"

#include <gtest/gtest.h>

#include <fstream>
#include <map>

#include "simdb/image_codec.h"
#include "simdb/ingest.h"
#include "tests/support/first_pixel_encoder.h"
#include "tests/support/images.h"
#include "tests/support/temporary_folder.h"

namespace simdb {
namespace {

using Counts = std::map<std::pair<std::size_t, std::size_t>, std::uint64_t>;

class EvaluateTest : public testing::Test {
 protected:
  EvaluateTest()
      : database_(
            Database::create(folder_ / "db", std::as_bytes(std::span("model")), 16,
                             {.encoder_loader = [](auto /*model*/, const std::string& fingerprint) {
                               return std::make_shared<test::FirstPixelEncoder>(fingerprint);
                             }})) {}

  LabeledPath image(const std::string& class_name, std::initializer_list<std::uint8_t> pixel,
                    int side = 4) {
    const std::filesystem::path path = folder_ / (std::to_string(++files_) + ".png");
    const auto bytes = encode_png(test::solid_image(side, side, pixel));
    std::ofstream(path, std::ios::binary)
        .write(reinterpret_cast<const char*>(bytes.data()),
               static_cast<std::streamsize>(bytes.size()));
    return {path, class_name};
  }
  void add(const std::vector<LabeledPath>& files) {
    const IngestReport report = ingest(database_, files, [](const IngestedRun&) { return true; });
    ASSERT_EQ(report.added, files.size());
  }
  Evaluation evaluate_all(const std::vector<LabeledPath>& files, std::size_t k = 1) {
    return evaluate(database_, files, {.k = k}, [](std::size_t) { return true; });
  }

  test::TemporaryFolder folder_;
  int files_ = 0;
  Database database_;
};

TEST_F(EvaluateTest, MeasuresAgreeWithAHandCount) {
  add({image("red", {250, 10, 0}), image("red", {250, 20, 0}), image("green", {0, 250, 10})});
  const Evaluation result = evaluate_all({
      image("red", {240, 5, 0}),  // right; both red ones come first: average precision 1
      image("red",
            {0, 255, 40}),  // taken for green; then the two red ones: 0 + 1/2 of 2, R = 2: 0.25
      image("green", {0, 255, 0}),  // right
      image("blue", {0, 0, 255}),   // a class without items: wrong
  });
  EXPECT_EQ(result.classes, (std::vector<std::string>{"blue", "green", "red"}));
  EXPECT_DOUBLE_EQ(result.accuracy, 0.5);
  EXPECT_DOUBLE_EQ(result.balanced_accuracy, (0.5 + 1 + 0) / 3);
  EXPECT_DOUBLE_EQ(result.recall_at_1, 0.5);
  EXPECT_DOUBLE_EQ(result.recall_at_5, 0.75);  // there are only three items; blue has none
  EXPECT_DOUBLE_EQ(result.map_at_r, (1 + 0.25 + 1 + 0) / 4);
  EXPECT_EQ(result.confusion, (Counts{{{0, 1}, 1}, {{1, 1}, 1}, {{2, 1}, 1}, {{2, 2}, 1}}));
  EXPECT_EQ(result.images.size(), 4U);
  EXPECT_EQ(result.embeddings.rows(), 4U);
}

TEST_F(EvaluateTest, OnlyClassesThatOccurAreListed) {
  std::vector<LabeledPath> items;
  for (int i = 0; i < 30; ++i) {
    items.push_back(image("grey" + std::to_string(i), {0, 0, static_cast<std::uint8_t>(i + 1)}));
  }
  items.push_back(image("red", {250, 0, 0}));
  items.push_back(image("green", {0, 250, 0}));
  add(items);
  const Evaluation result = evaluate_all({image("red", {250, 1, 0}), image("pink", {250, 2, 0})});
  EXPECT_EQ(result.classes, (std::vector<std::string>{"pink", "red"}));
  EXPECT_EQ(result.confusion, (Counts{{{0, 1}, 1}, {{1, 1}, 1}}));
  EXPECT_EQ(result.images[0].truth, 1U);
  EXPECT_EQ(result.images[1].truth, 0U);
  EXPECT_DOUBLE_EQ(result.balanced_accuracy, 0.5);
}

TEST_F(EvaluateTest, VotesAsAQueryDoes) {
  // Two of four red ones are as near to the image as the only orange one: 2/4 against 1/1.
  add({image("red", {250, 50, 0}), image("red", {250, 50, 0}, 5), image("red", {250, 0, 0}),
       image("red", {250, 1, 0}), image("orange", {250, 51, 0})});
  const LabeledPath query = image("orange", {250, 50, 0});
  const Evaluation result = evaluate_all({query}, 3);
  EXPECT_DOUBLE_EQ(result.accuracy, 1);
  const Prediction prediction = database_.query(load_image(query.path).image, {.k = 3});
  EXPECT_EQ(prediction.class_name, "orange");
  EXPECT_DOUBLE_EQ(result.images[0].confidence, prediction.confidence);
}

TEST_F(EvaluateTest, ImagesAreLookedUpAmongEachOther) {
  const test::FirstPixelEncoder encoder;
  const std::vector<LabeledPath> files = {
      image("red", {250, 10, 0}),   image("red", {250, 20, 0}),   image("blue", {0, 10, 250}),
      image("green", {0, 250, 10}), image("green", {250, 60, 0}), {folder_ / "missing.png", "red"}};
  const Evaluation result =
      evaluate_each_other(encoder, files, 1, [](std::size_t) { return true; });
  // Blue is alone. Both red ones find red, one green image finds the other, which finds red.
  EXPECT_EQ(result.classes, (std::vector<std::string>{"blue", "green", "red"}));
  ASSERT_EQ(result.images.size(), 4U);
  EXPECT_EQ(result.embeddings.rows(), 4U);
  EXPECT_EQ(result.singletons.rows(), 1U);
  EXPECT_EQ(result.failures.size(), 1U);
  EXPECT_EQ(result.images[2].path, files[3].path);
  EXPECT_DOUBLE_EQ(result.accuracy, 0.75);
  EXPECT_DOUBLE_EQ(result.balanced_accuracy, 0.75);
  EXPECT_DOUBLE_EQ(result.recall_at_1, 0.75);
  EXPECT_DOUBLE_EQ(result.recall_at_5, 1);
  EXPECT_EQ(result.confusion, (Counts{{{1, 1}, 1}, {{1, 2}, 1}, {{2, 2}, 2}}));
}

TEST_F(EvaluateTest, AloneNobodyCanBeLookedUp) {
  const test::FirstPixelEncoder encoder;
  const std::vector<LabeledPath> files = {image("red", {250, 10, 0}), image("blue", {0, 10, 250})};
  EXPECT_THROW(evaluate_each_other(encoder, files, 1, [](std::size_t) { return true; }), Error);
}

TEST_F(EvaluateTest, VectorsAreMeasuredAsTheirImagesAre) {
  const test::FirstPixelEncoder encoder;
  const std::vector<LabeledPath> files = {
      image("red", {250, 10, 0}),   image("red", {250, 20, 0}),   image("blue", {0, 10, 250}),
      image("green", {0, 250, 10}), image("green", {250, 60, 0}),
  };
  const Evaluation expected =
      evaluate_each_other(encoder, files, 2, [](std::size_t) { return true; });
  EmbeddingBatch vectors(16);
  for (const LabeledPath& file : files) {
    vectors.append(encoder.encode(std::vector{load_image(file.path).image}));
  }
  const Evaluation found = evaluate_each_other(vectors, std::vector{2, 2, 0, 1, 1},
                                               {"blue", "green", "red"}, {.voters = 2});
  EXPECT_EQ(found.classes, expected.classes);
  EXPECT_EQ(found.confusion, expected.confusion);
  EXPECT_EQ(found.accuracy, expected.accuracy);
  EXPECT_EQ(found.map_at_r, expected.map_at_r);
  EXPECT_EQ(found.calibration_error, expected.calibration_error);
  EXPECT_EQ(found.singletons.rows(), 1U);
  std::vector<std::size_t> hits;
  for (const EvaluatedImage& one : found.images) hits.push_back(one.first_hit);
  EXPECT_EQ(hits, (std::vector<std::size_t>{1, 1, 1, 3})) << "the nearest of its class, from 1";
  EXPECT_THROW(
      evaluate_each_other(vectors, std::vector{2, 2, 0, 1, 3}, {"blue", "green", "red"}, {}),
      Error);
  EXPECT_THROW(
      evaluate_each_other(vectors, std::vector{0, 1, 2, 3, 4}, {"a", "b", "c", "d", "e"}, {}),
      Error);
}

TEST_F(EvaluateTest, EpisodesAreDrawnFromTheEvaluatedImages) {
  add({image("red", {250, 10, 0}), image("green", {0, 250, 10})});
  Evaluation result = evaluate_all({image("red", {240, 5, 0}), image("red", {241, 5, 0}),
                                    image("green", {0, 255, 0}), image("green", {0, 254, 0})});
  add_episodes(result, {.ways = 2, .shots = 1, .episodes = 10});
  EXPECT_DOUBLE_EQ(result.episodes->score.accuracy, 1);
  EXPECT_THROW(add_episodes(result, {.ways = 3, .shots = 1}), Error);
}

TEST_F(EvaluateTest, EpisodesTakeItemsAsSupport) {
  // Among themselves the images are told apart; the items of red look like the images of green.
  add({image("red", {0, 250, 10}), image("green", {250, 10, 0}), image("none", {9, 9, 9})});
  Evaluation result = evaluate_all({image("red", {240, 5, 0}), image("red", {241, 5, 0}),
                                    image("green", {0, 255, 0}), image("green", {0, 254, 0})});
  const EpisodeOptions options{.ways = 2, .shots = 1, .episodes = 10};
  add_episodes(result, options, false, {}, database_.gallery());
  EXPECT_DOUBLE_EQ(result.episodes->score.accuracy, 0);
  EXPECT_TRUE(result.episodes->from_database);
  add_episodes(result, options);
  EXPECT_DOUBLE_EQ(result.episodes->score.accuracy, 1);
  EXPECT_FALSE(result.episodes->from_database);
  EXPECT_THROW(add_episodes(result, {.ways = 2, .shots = 2}, false, {}, database_.gallery()),
               Error);
}

TEST_F(EvaluateTest, EpisodesStayWithinAParent) {
  const test::FirstPixelEncoder encoder;
  // x/red and y/red look alike, and so do x/blue and y/blue; z has one class.
  std::vector<LabeledPath> files;
  for (const char* parent : {"x/", "y/"}) {
    for (int i = 0; i < 2; ++i) {
      files.push_back(image(std::string(parent) + "red", {250, 0, 0}));
      files.push_back(image(std::string(parent) + "blue", {0, 0, 250}));
    }
  }
  files.push_back(image("z/green", {0, 250, 0}));
  files.push_back(image("z/green", {0, 250, 0}));
  const auto go_on = [](std::size_t) { return true; };
  Evaluation result = evaluate_each_other(encoder, files, 1, go_on);
  const EpisodeOptions options{.ways = 2, .shots = 1, .episodes = 200};
  add_episodes(result, options);
  EXPECT_LT(result.episodes->score.accuracy, 0.99);
  EXPECT_EQ(result.episodes->parents, 0U);
  add_episodes(result, options, true);
  EXPECT_DOUBLE_EQ(result.episodes->score.accuracy, 1);
  EXPECT_EQ(result.episodes->score.pools, 2U);
  EXPECT_EQ(result.episodes->parents, 3U);
  EXPECT_THROW(add_episodes(result, {.ways = 3, .shots = 1}, true), Error);
  Evaluation flat = evaluate_each_other(
      encoder, std::vector{image("red", {9, 0, 0}), image("red", {9, 0, 0})}, 1, go_on);
  EXPECT_THROW(add_episodes(flat, options, true), Error);
}

TEST_F(EvaluateTest, ForeignImagesAreToldApartByTheirBestSimilarity) {
  add({image("red", {250, 0, 0}), image("green", {0, 250, 0})});
  Evaluation result =
      evaluate_all({image("red", {250, 1, 0}), image("green", {0, 250, 100})});  // 1 and 0.93
  const auto foreign = [](std::initializer_list<std::uint8_t> pixel) {
    return test::FirstPixelEncoder().encode(std::vector{test::solid_image(2, 2, pixel)});
  };
  EmbeddingBatch both = foreign({0, 0, 250});  // 0
  both.append(foreign({0, 250, 50}));          // 0.98
  add_open_set(result, both, database_.gallery());
  EXPECT_DOUBLE_EQ(*result.auroc, 0.75);
  add_open_set(result, both);  // against the two images: the second is nearer to the green one
  EXPECT_DOUBLE_EQ(*result.auroc, 0.75);
  EXPECT_THROW(add_open_set(result, EmbeddingBatch(16)), Error);
}

TEST_F(EvaluateTest, UnreadableImagesAreLeftOutAndNamed) {
  add({image("red", {250, 10, 0})});
  const Evaluation result =
      evaluate_all({{folder_ / "missing.png", "red"}, image("red", {240, 0, 0})});
  EXPECT_EQ(result.images.size(), 1U);
  EXPECT_DOUBLE_EQ(result.accuracy, 1);
  ASSERT_EQ(result.failures.size(), 1U);
  EXPECT_EQ(result.failures[0].code, ErrorCode::kNotFound);
}

TEST_F(EvaluateTest, NothingToMeasureIsAnError) {
  EXPECT_THROW(evaluate_all({image("red", {240, 0, 0})}), Error) << "empty database";
  add({image("red", {250, 10, 0})});
  EXPECT_THROW(evaluate_all({{folder_ / "missing.png", "red"}}), Error) << "no readable image";
}

}  // namespace
}  // namespace simdb
