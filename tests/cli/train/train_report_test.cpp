#include "cli/train/train_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>

#include "simdb/error.h"
#include "tests/support/errors.h"

namespace simdb::cli {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class TrainReportTest : public ::testing::Test {
 protected:
  /// Row i points along axis `axes[i]`.
  static EmbeddingBatch along(const std::vector<std::size_t>& axes) {
    EmbeddingBatch rows(16);
    for (const std::size_t axis : axes) {
      std::vector<float> row(16);
      row[axis] = 1;
      rows.append_unit(row);
    }
    return rows;
  }

  TrainReportTest() {
    images_.input.width = images_.input.height = 8;
    images_.classes = {"<b>&\"", "plain"};
    images_.labels = {0, 0, 1, 1};
    images_.pixels.resize(4 * images_.input.values());
    result_.history = {{1, 2.5, 0.5, 0.4, 0.1, 1, true}};
    result_.best = result_.history[0];
    result_.view = training::ValidationView{images_.classes, images_.labels, images_.pixels,
                                            along({0, 1, 2, 3}), along({0, 1, 0, 2})};
  }

  std::string page() const { return render_train_report(run_, result_, "today"); }

  training::LabeledImages images_;
  training::TrainOptions options_;
  training::TrainResult result_;
  TrainRun run_{"<data>", "m.onnx", images_, options_, 0};
};

TEST_F(TrainReportTest, ShowsCurvesTripletsPairsAndOptions) {
  result_.new_class_ways = 5;
  result_.new_class_accuracy = 0.875;
  options_.batch = 77;
  EXPECT_THAT(page(), AllOf(HasSubstr("expected for 5 new classes"), HasSubstr("87.5 %"),
                            HasSubstr("\"loss\":2.5"), HasSubstr("another <b>1.00</b>"),
                            HasSubstr("images confused"), HasSubstr(">77</td>"),
                            HasSubstr("data:image/png;base64,"), HasSubstr("today")));
}

TEST_F(TrainReportTest, NamesCannotBecomeHtmlAndNothingIsLoaded) {
  EXPECT_THAT(page(), AllOf(Not(HasSubstr("<b>&\"")), HasSubstr("&lt;b&gt;&amp;&quot;"),
                            HasSubstr("\\u003cb>&"), Not(HasSubstr("<data>")),
                            HasSubstr("default-src 'none'"), Not(HasSubstr("https:")),
                            Not(HasSubstr("<!--simdb:")), Not(HasSubstr("/*simdb:"))));
}

TEST_F(TrainReportTest, ManyLargeImagesStayBelow4Megabytes) {
  images_.input.width = images_.input.height = 80;
  auto& view = *result_.view;
  std::vector<std::size_t> axes;
  view.classes.clear();
  view.labels.clear();
  for (int i = 0; i < 1000; ++i) {
    view.classes.push_back("class " + std::to_string(i));
    view.labels.push_back(i / 2 * 2);
    axes.push_back(static_cast<std::size_t>(i) % 16);
  }
  view.pixels.resize(1000 * images_.input.values());
  std::uint32_t noise = 1;
  for (auto& pixel : view.pixels)
    pixel = static_cast<std::uint8_t>((noise = noise * 1664525U + 1013904223U) >> 24);
  view.before = view.after = along(axes);
  EXPECT_LT(page().size(), 4'000'000U);
}

TEST_F(TrainReportTest, NeedsAView) {
  result_.view.reset();
  EXPECT_EQ(test::code_of([&] { page(); }), ErrorCode::kUsage);
}

}  // namespace
}  // namespace simdb::cli
