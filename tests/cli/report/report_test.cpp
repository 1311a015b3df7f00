#include "cli/report/report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <nlohmann/json.hpp>
#include <set>

#include "cli/report/data_uri.h"
#include "simdb/error.h"
#include "simdb/image_codec.h"
#include "tests/support/errors.h"
#include "tests/support/images.h"

namespace simdb::cli {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr std::string_view kDataStart = R"(<script id="data" type="application/json">)";

// The text between the tags of the data script, as a browser finds it: up to the first "</script".
std::string data_text(const std::string& page) {
  const std::size_t start = page.find(kDataStart) + kDataStart.size();
  return page.substr(start, page.find("</script", start) - start);
}

nlohmann::json data_of(const std::string& page) { return nlohmann::json::parse(data_text(page)); }

// Two classes around two axes, `count` images each; every fifth image is taken for the other class.
EvalReport two_classes(std::size_t count) {
  EvalReport report(16);
  report.title = "Title";
  report.classes = {"a", "b"};
  for (std::size_t i = 0; i < 2 * count; ++i) {
    std::array<float, 16> row{};
    row[i % 2] = 1;
    row[2] = static_cast<float>(i) / 1000;
    report.embeddings.append_normalized(row);
    const std::size_t predicted = i % 5 == 4 ? 1 - i % 2 : i % 2;
    ++report.confusion[{i % 2, predicted}];
    report.images.push_back({i % 2, predicted, 0.5 + static_cast<double>(i % 7) / 20,
                             "/images/" + std::to_string(i),
                             encode_png(test::noise_image(4, 4, 3, static_cast<unsigned>(i)))});
  }
  return report;
}

TEST(Report, ShowsEveryImageOfASmallEvaluation) {
  const EvalReport report = two_classes(10);
  const nlohmann::json data = data_of(render_report(report));
  EXPECT_EQ(data["count"], 20);
  EXPECT_EQ(data["errorCount"], 4);
  EXPECT_EQ(data["errors"].size(), 4U);
  EXPECT_EQ(data["points"].size(), 20U);
  EXPECT_EQ(data["images"].size(), 20U);
  EXPECT_EQ(data["matrix"]["images"].size(), 20U);
  EXPECT_EQ(data["matrix"]["values"].size(), 190U);
  EXPECT_EQ(data["confusion"], nlohmann::json::parse("[[0,0,8],[0,1,2],[1,0,2],[1,1,8]]"));
}

TEST(Report, WritesEachImageWithItsOwnFacts) {
  const EvalReport report = two_classes(10);
  const nlohmann::json data = data_of(render_report(report));
  for (const auto& entry : data["images"]) {
    const std::size_t i = std::stoul(entry["s"].get<std::string>().substr(8));
    EXPECT_EQ(entry["t"], report.images[i].truth);
    EXPECT_EQ(entry["p"], report.images[i].predicted);
    EXPECT_EQ(entry["u"], image_data_uri(report.images[i].thumbnail));
    for (std::size_t axis = 0; axis < 3; ++axis) {
      EXPECT_NEAR(entry["f"][axis].get<double>(), report.embeddings.row(i)[axis], 1e-4);
    }
    EXPECT_EQ(entry["q"].size(), 3U);
  }
}

TEST(Report, ShowsWhatTheEncoderKeepsOfWhatIsLookedAtClosely) {
  EvalReport report = two_classes(10);
  std::vector<std::size_t> asked;
  report.kept = [&](std::size_t i) {
    asked.push_back(i);
    return encode_png(test::noise_image(4, 4, 3, static_cast<unsigned>(100 + i)));
  };
  const nlohmann::json data = data_of(render_report(report, {.similarities = 4}));
  std::set<std::size_t> close;
  for (const auto& list : {data["errors"], data["matrix"]["images"]}) {
    for (const auto& place : list) close.insert(place.get<std::size_t>());
  }
  EXPECT_EQ(asked.size(), close.size());
  for (std::size_t place = 0; place < data["images"].size(); ++place) {
    const auto& entry = data["images"][place];
    ASSERT_EQ(entry.contains("k"), close.contains(place));
    if (!entry.contains("k")) continue;
    const std::size_t i = std::stoul(entry["s"].get<std::string>().substr(8));
    EXPECT_EQ(
        entry["k"],
        image_data_uri(encode_png(test::noise_image(4, 4, 3, static_cast<unsigned>(100 + i)))));
  }
}

TEST(Report, WritesTheUpperTriangleOfTheSimilarities) {
  const EvalReport report = two_classes(3);
  const nlohmann::json data = data_of(render_report(report));
  const auto image = [&](std::size_t place) {
    const std::string source =
        data["images"][data["matrix"]["images"][place].get<std::size_t>()]["s"];
    return std::stoul(source.substr(8));
  };
  std::size_t next = 0;
  for (std::size_t i = 0; i < 6; ++i) {
    for (std::size_t j = i + 1; j < 6; ++j) {
      EXPECT_NEAR(data["matrix"]["values"][next++].get<double>(),
                  similarity(report.embeddings.row(image(i)), report.embeddings.row(image(j))),
                  1e-4);
    }
  }
}

TEST(Report, ListsTheMostConfidentErrorsFirst) {
  const nlohmann::json data = data_of(render_report(two_classes(50)));
  double last = 1;
  for (const auto& place : data["errors"]) {
    const auto& image = data["images"][place.get<std::size_t>()];
    EXPECT_NE(image["t"], image["p"]);
    EXPECT_LE(image["c"].get<double>(), last);
    last = image["c"];
  }
}

TEST(Report, KeepsToItsLimits) {
  const EvalReport report = two_classes(100);
  const std::size_t thumbnail = report.images[0].thumbnail.size();
  const nlohmann::json data =
      data_of(render_report(report, {.points = 30,
                                     .similarities = 10,
                                     .errors = 5,
                                     .thumbnail_bytes = 12 * thumbnail + thumbnail / 2}));
  EXPECT_EQ(data["points"].size(), 30U);
  EXPECT_EQ(data["matrix"]["images"].size(), 10U);
  EXPECT_EQ(data["errors"].size(), 5U);
  EXPECT_EQ(data["errorCount"], 40);
  EXPECT_EQ(data["count"], 200);
  EXPECT_LE(data["images"].size(), 45U);
  std::size_t with_thumbnail = 0;
  for (const auto& image : data["images"]) with_thumbnail += image.contains("u") ? 1 : 0;
  EXPECT_GE(with_thumbnail, 10U);
  EXPECT_LE(with_thumbnail, 14U);
  // The matrix shows pictures, so its images come first.
  for (const auto& place : data["matrix"]["images"]) {
    EXPECT_TRUE(data["images"][place.get<std::size_t>()].contains("u"));
  }
}

TEST(Report, KeepsHostileNamesInsideTheData) {
  EvalReport report = two_classes(3);
  report.classes = {"</script><script>alert(1)</script>", "<!--<script>/*simdb:page*/"};
  report.title = "\"'>&\xE2\x80\xAE</title>";
  report.images[0].source = "/x\xFF\xFE<img src=x onerror=alert(1)>\n";
  const std::string page = render_report(report);
  EXPECT_THAT(data_text(page), Not(HasSubstr("<")));
  const nlohmann::json data = data_of(page);
  EXPECT_EQ(data["classes"][0], report.classes[0]);
  EXPECT_EQ(data["classes"][1], report.classes[1]);
  EXPECT_EQ(data["title"], report.title);
  EXPECT_THAT(page, Not(HasSubstr("<script>alert(1)")));
  EXPECT_THAT(page, Not(HasSubstr("<img")));
}

TEST(Report, ReachesForNothingOutside) {
  const std::string page = render_report(two_classes(3));
  EXPECT_THAT(page, HasSubstr("content=\"default-src 'none'; img-src data:;"));
  for (const char* reach : {"http:", "https:", "//cdn", "@import", "url(", "fetch(", "XMLHttp",
                            "WebSocket", "import(", "innerHTML", "eval("}) {
    EXPECT_THAT(page, Not(HasSubstr(reach)));
  }
  EXPECT_THAT(page, Not(HasSubstr("/*simdb:")));
}

TEST(Report, RendersTheSamePageForTheSameReport) {
  EXPECT_EQ(render_report(two_classes(20)), render_report(two_classes(20)));
}

TEST(Report, RendersEvaluationsWithoutImagesOrThumbnails) {
  EvalReport empty(16);
  EXPECT_EQ(data_of(render_report(empty))["images"].size(), 0U);
  EvalReport bare = two_classes(1);
  for (ReportImage& image : bare.images) image.thumbnail.clear();
  EXPECT_EQ(data_of(render_report(bare))["images"][0]["u"], "");
}

TEST(Report, RefusesOneThatContradictsItself) {
  EvalReport missing_row = two_classes(3);
  missing_row.images.pop_back();
  EvalReport unknown_class = two_classes(3);
  unknown_class.images[0].predicted = 2;
  EvalReport wide = two_classes(3);
  wide.confusion[{1, 2}] = 1;
  for (const EvalReport* report : {&missing_row, &unknown_class, &wide}) {
    EXPECT_EQ(test::code_of([&] { render_report(*report); }), ErrorCode::kUsage);
  }
}

}  // namespace
}  // namespace simdb::cli
