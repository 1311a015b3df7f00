// simdb why, and query --why, with the real program.
#include <gmock/gmock.h>

#include <cmath>
#include <fstream>
#include <iterator>

#include "tests/integration/cli_fixture.h"

namespace simdb::test {
namespace {

using Json = nlohmann::json;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

// Vectors of a circle, in degrees.
class CliWhyTest : public CliTest {
 protected:
  void SetUp() override {
    ASSERT_EQ(simdb({"init", "--space", "s", "--dimension", "2", "--db", path("db")}).code, 0);
  }
  static Json vector_at(double degrees) {
    const double angle = degrees * std::acos(-1) / 180;
    return {std::cos(angle), std::sin(angle)};
  }
  void add(const std::string& name, double degrees, int count) const {
    std::string lines = R"({"simdb_export": 1, "space": "s", "dimension": 2})";
    for (int i = 0; i < count; ++i) {
      lines += "\n" + Json{{"class", name}, {"vector", vector_at(degrees + i / 10.0)}}.dump();
    }
    write("items.jsonl", lines + "\n");
    ASSERT_EQ(simdb({"import", "items.jsonl"}).code, 0);
  }
  ProcessResult why(double degrees, std::vector<std::string> more = {}) const {
    write("q.jsonl", vector_at(degrees).dump() + "\n");
    more.insert(more.begin(), {"why", "--vectors", "q.jsonl"});
    return simdb(more);
  }
  Json why_json(double degrees, std::vector<std::string> more = {}) const {
    more.emplace_back("--json");
    return json_lines(why(degrees, more).out).at(0);
  }
  std::string page(const std::string& name) const {
    std::ifstream file(path(name));
    return {std::istreambuf_iterator<char>(file), {}};
  }
};

TEST_F(CliWhyTest, OneItemDecides) {
  add("a", 0, 30);
  add("odd", 40, 1);
  add("b", 80, 30);
  const ProcessResult text = why(42, {"-k", "3"});
  ASSERT_EQ(text.code, 0) << text.err;
  EXPECT_THAT(text.out, AllOf(StartsWith("odd  "),
                              HasSubstr("Without item 31 (odd) the answer "
                                        "would be: b  100.0 %\n"),
                              HasSubstr("What would make it b\n"), HasSubstr("below 0.5.\n")));
  const Json json = why_json(42, {"-k", "3"});
  EXPECT_EQ(json["neighbors"][0]["decisive"], true);
  EXPECT_EQ(json["neighbors"][0]["without"]["class"], "b");
  EXPECT_EQ(json["neighbors"][1]["decisive"], false);
  EXPECT_THAT(json["neighbors"][0]["added"], StartsWith("20"));
  EXPECT_EQ(json["why"]["runner_up"]["class"], "b");
  EXPECT_EQ(json["why"]["overturned"]["items"], Json({31}));
  EXPECT_EQ(json["why"]["classes"][0]["p"], nullptr);
  // The same of query.
  const ProcessResult same = simdb({"query", "--vectors", "q.jsonl", "-k", "3", "--why", "--json"});
  EXPECT_EQ(json_lines(same.out).at(0), json);
}

TEST_F(CliWhyTest, ClassesTellWhatTheyNeed) {
  add("a", 0, 30);
  add("b", 90, 30);
  ASSERT_EQ(simdb({"calibrate"}).code, 0);
  const std::string known = why(1).out;
  EXPECT_THAT(
      known,
      AllOf(StartsWith("a  100.0 %, p "), HasSubstr("All 10 neighbours are of class a."),
            HasSubstr("a  possible: its nearest item has similarity 1.0000, "),
            HasSubstr(" of its own 30 items are no nearer"), HasSubstr("b  not possible: "),
            HasSubstr("No single item: "), HasSubstr("To be possible at all, it would need "),
            HasSubstr("\nThe nearest of b\n")));
  const Json json = why_json(45);
  EXPECT_EQ(json["decision"], "unknown");
  for (const Json& entry : json["why"]["classes"]) {
    EXPECT_EQ(entry["possible"], false);
    EXPECT_LT(entry["similarity"], entry["possible_from"]);
    EXPECT_EQ(entry["calibrated_by"], "items");
    EXPECT_EQ(entry["scores"], 30);
  }
  // At 1 % none of them has enough items; nor where some are left out.
  EXPECT_THAT(why(1, {"--alpha", "0.01"}).out, HasSubstr("no p-value, there are too few items"));
  EXPECT_EQ(why_json(1, {"--alpha", "0.01"})["why"]["classes"][0]["possible_from"], nullptr);
  EXPECT_EQ(why(1, {"--accept", "0.9"}).out.find("p-value"), std::string::npos);
}

TEST_F(CliWhyTest, FewItemsOrNone) {
  EXPECT_EQ(why(1).out, "unknown (nothing to compare with)\n");
  EXPECT_EQ(why_json(1)["why"]["classes"], Json::array());
  EXPECT_EQ(why(1, {"--report", "empty.html"}).code, 0);
  EXPECT_THAT(page("empty.html"),
              AllOf(HasSubstr("nothing to compare with"), HasSubstr("no picture")));
  add("a", 0, 1);
  EXPECT_THAT(why(1).out, AllOf(HasSubstr("Its only neighbour is of class a."),
                                HasSubstr("would be: unknown (nothing to compare with)")));
  add("a", 3, 2);
  add("b", 50, 1);
  EXPECT_EQ(why_json(1, {"-k", "1000"})["neighbors"].size(), 4U);
  EXPECT_THAT(why(1, {"--within", "0.99"}).out, HasSubstr("All 3 neighbours are of class a."));
  EXPECT_EQ(why(1, {"--class", "a"}).out.find("What would make it"), std::string::npos);
}

TEST_F(CliWhyTest, NamesAreHarmless) {
  add("<b>\xE2\x80\xAE", 0, 2);
  const std::string text = why(1, {"--report", "page.html"}).out;
  EXPECT_THAT(text, Not(HasSubstr("\xE2\x80\xAE")));
  EXPECT_THAT(page("page.html"), AllOf(Not(HasSubstr("\xE2\x80\xAE")), Not(HasSubstr("<b>"))));
}

TEST_F(CliWhyTest, WrongInputIsRefused) {
  add("a", 0, 2);
  EXPECT_EQ(simdb({"why"}).code, 2);
  EXPECT_EQ(simdb({"why", "x.png", "y.png"}).code, 2);
  EXPECT_EQ(why(1, {"x.png"}).code, 2);
  EXPECT_THAT(simdb({"why", "x.png"}).err, HasSubstr("takes no images"));
  EXPECT_EQ(why(1, {"-k", "0"}).code, 2);
  EXPECT_EQ(why(1, {"--alpha", "1"}).code, 2);
  EXPECT_EQ(why(1, {"--within", "2"}).code, 2);
  EXPECT_EQ(why(1, {"--class", "none"}).code, 3);
  EXPECT_EQ(why(1, {"--report", "none/page.html"}).code, 6);
  EXPECT_EQ(simdb({"query", "--vectors", "q.jsonl", "--why"}).code, 2);
  write("q.jsonl", std::string("[1, 0]\n[0, 1]\n"));
  EXPECT_THAT(simdb({"why", "--vectors", "q.jsonl"}).err, HasSubstr("has more"));
  write("q.jsonl", std::string());
  EXPECT_EQ(simdb({"why", "--vectors", "q.jsonl"}).code, 4);
  EXPECT_EQ(simdb({"why", "--vectors", "none"}).code, 3);
}

class CliWhyImageTest : public CliTest {};

TEST_F(CliWhyImageTest, AnImageIsShownWithItsNeighbours) {
  ASSERT_EQ(simdb({"add", "--by-folder", "shapes"}).code, 0);
  const ProcessResult result =
      simdb({"why", "shapes/red/circle_red_0.png", "--report", "page.html", "--json"});
  ASSERT_EQ(result.code, 0) << result.err;
  const Json json = json_lines(result.out).at(0);
  EXPECT_EQ(json["path"], "shapes/red/circle_red_0.png");
  EXPECT_NEAR(json["neighbors"][0]["similarity"], 1, 1e-5);
  std::ifstream file(path("page.html"));
  const std::string page{std::istreambuf_iterator<char>(file), {}};
  EXPECT_THAT(page, AllOf(HasSubstr("circle_red_0.png"), HasSubstr("What was decisive"),
                          HasSubstr(" of the vote, added 20"), Not(HasSubstr("no picture"))));
  EXPECT_EQ(simdb({"why", "net.onnx"}).code, 4);
  EXPECT_EQ(simdb({"why", "none.png"}).code, 3);
}

}  // namespace
}  // namespace simdb::test
