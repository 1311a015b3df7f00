#include "pipeline/decision_report.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/support/embeddings.h"
#include "tests/support/temporary_folder.h"

namespace simdb {
namespace {

EmbeddingBatch arc(double degrees, int count) {
  EmbeddingBatch rows(16);
  for (int i = 0; i < count; ++i) rows.append(test::at_degrees({degrees + i / 10.0}));
  return rows;
}

class DecisionReportTest : public ::testing::Test {
 protected:
  DecisionReportTest() : database_(Database::create(folder_ / "db", VectorSpace{"circle", 16})) {
    add("a", 0);
    add("b", 90);
  }
  void add(const std::string& name, double degrees) {
    std::vector<NewItem> items;
    for (std::uint64_t i = 0; i < 30; ++i) {
      items.push_back(test::numbered_item(static_cast<std::uint64_t>(degrees) * 100 + i, name));
    }
    database_.add(items, arc(degrees, 30));
  }
  static void ask(Evaluation& asked, std::size_t truth, double degrees) {
    asked.images.emplace_back();
    asked.images.back().truth = truth;
    asked.embeddings.append(test::at_degrees({degrees}));
  }

  test::TemporaryFolder folder_;
  Database database_;
};

TEST_F(DecisionReportTest, CountsWhatIsSaidOfKnownAndForeignImages) {
  Evaluation asked(16);
  asked.classes = {"a", "b", "c"};
  ask(asked, 0, 1);    // known
  ask(asked, 0, 91);   // taken for b
  ask(asked, 1, 45);   // unknown
  ask(asked, 2, 150);  // of no class of the database: does not count
  const AnswerSets sets(Calibration::compute(database_.gallery()), 0.05);
  const DecisionReport known = report_decisions(database_, sets, asked, {}, EmbeddingBatch(16));
  EXPECT_EQ(known.alpha, 0.05);
  EXPECT_EQ(known.unknown.count, 1U);
  EXPECT_EQ(known.unknown.of, 3U);
  EXPECT_EQ(known.covered.count, 1U);
  EXPECT_EQ(known.set_size, 0.5);
  EXPECT_FALSE(known.foreign_accepted);
  EXPECT_FALSE(known.auroc);

  const DecisionReport both = report_decisions(database_, sets, asked, {}, arc(200, 4));
  EXPECT_EQ(both.foreign_accepted->count, 0U);
  EXPECT_EQ(both.foreign_accepted->of, 4U);
  EXPECT_EQ(*both.auroc, 1);
}

}  // namespace
}  // namespace simdb
