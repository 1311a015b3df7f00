#include <future>

#include "tests/server/service_fixture.h"

namespace simdb::server {
namespace {

class ApiAnalysisTest : public ServiceTest {
 protected:
  json get(const std::string& target) {
    const HttpAnswer answer = ask("GET", target);
    EXPECT_EQ(answer.status, 200) << target << answer.body;
    return json::parse(answer.body, nullptr, false);
  }
  // Six pictures, each in two classes, and one that stands alone.
  void add_pairs() {
    for (std::uint8_t shade = 1; shade <= 6; ++shade) {
      const std::string image = picture(200, static_cast<std::uint8_t>(20 * shade), 0);
      for (const char* name : {"left", "right"}) ASSERT_EQ(add(name, image).status, 201);
    }
    ASSERT_EQ(add("alone", picture(0, 0, 200)).status, 201);
  }
};

TEST_F(ApiAnalysisTest, NothingIsFoundInAnEmptyDatabase) {
  const json duplicates = get("/v1/duplicates");
  EXPECT_EQ(duplicates["change"], database_->gallery().changes());
  EXPECT_EQ(duplicates["groups"], json::array());
  EXPECT_EQ(duplicates["total"], 0);
  EXPECT_FALSE(duplicates.contains("next"));
  EXPECT_EQ(get("/v1/review")["items"], json::array());
}

TEST_F(ApiAnalysisTest, PagesThroughAListOfOneState) {
  add_pairs();
  const json all = get("/v1/duplicates");
  ASSERT_EQ(all["groups"].size(), 6U);
  EXPECT_EQ(all["total"], 6);
  EXPECT_EQ(all["items"], 12);
  EXPECT_EQ(all["conflicts"], 6);
  EXPECT_EQ(all["look_threshold"], 0.9975);
  json together = json::array();
  json page = get("/v1/duplicates?limit=4");
  EXPECT_EQ(page["next"], 4);
  for (const json& group : page["groups"]) together.push_back(group);
  ASSERT_EQ(ask("DELETE", "/v1/items/1").status, 200);
  page = get("/v1/duplicates?limit=4&after=4");
  EXPECT_EQ(page["change"], all["change"]) << "that of its first page";
  EXPECT_FALSE(page.contains("next"));
  for (const json& group : page["groups"]) together.push_back(group);
  EXPECT_EQ(together, all["groups"]);
  EXPECT_EQ(get("/v1/duplicates?after=18446744073709551615")["groups"], json::array());
  EXPECT_EQ(get("/v1/duplicates")["total"], 5);
  EXPECT_EQ(get("/v1/duplicates?exact=true&class=alone")["total"], 0);
  EXPECT_EQ(get("/v1/duplicates?threshold=-1&class=alone")["items"], 12) << "all are one group";
  EXPECT_EQ(ask("GET", "/v1/duplicates?class=nobody").status, 404);
  EXPECT_EQ(ask("GET", "/v1/duplicates?exact=true&threshold=0.5").status, 400);
  EXPECT_EQ(ask("GET", "/v1/duplicates?threshold=1.5").status, 400);
  EXPECT_EQ(ask("GET", "/v1/duplicates?limit=1001").status, 400);
}

TEST_F(ApiAnalysisTest, TellsAClientThatItHasTheListAlready) {
  add_pairs();
  const auto again = [&](const std::string& target, const std::string& tag) {
    return ask("GET", target, {}, {}, kReading, "If-None-Match: " + tag + "\r\n");
  };
  for (const std::string path : {"/v1/duplicates", "/v1/review?k=3"}) {
    const std::string tag = ask("GET", path).field("etag");
    EXPECT_TRUE(tag.starts_with('"' + std::to_string(database_->gallery().changes()) + "-"));
    const HttpAnswer same = again(path, tag);
    EXPECT_EQ(same.status, 304);
    EXPECT_EQ(same.body, "");
    EXPECT_EQ(same.field("etag"), tag);
    const std::string other = path + (path.ends_with('3') ? "&limit=1" : "?limit=1");
    EXPECT_NE(ask("GET", other).field("etag"), tag);
    ASSERT_EQ(add("alone", picture(0, 1, path.ends_with('3') ? 100 : 90)).status, 201);
    EXPECT_EQ(again(path, tag).status, 200);
  }
}

TEST_F(ApiAnalysisTest, ListsDoubtfulLabelsUntilTheyAreKept) {
  for (std::uint8_t shade = 0; shade < 8; ++shade) {
    ASSERT_EQ(add("red", picture(200, shade, 0)).status, 201);
    ASSERT_EQ(add("blue", picture(0, shade, 200)).status, 201);
  }
  const json wrong = json::parse(add("blue", picture(200, 20, 0)).body);
  const json review = get("/v1/review");
  ASSERT_EQ(review["items"].size(), 1U);
  EXPECT_EQ(review["items"][0]["id"], wrong["id"]);
  EXPECT_EQ(review["items"][0]["other"], "red");
  EXPECT_EQ(review["judged"], 17);
  EXPECT_EQ(get("/v1/review?class=red")["total"], 0);
  const std::string ids = "{\"ids\":[" + wrong["id"].dump();
  EXPECT_EQ(ask("POST", "/v1/review/keep", ids + ",999]}").status, 404);
  EXPECT_EQ(get("/v1/review")["kept"], 0) << "all or nothing";
  EXPECT_EQ(ask("POST", "/v1/review/keep", ids + "]}").body, "{\"kept\":1}\n");
  const json after = get("/v1/review");
  EXPECT_EQ(after["total"], 0);
  EXPECT_EQ(after["kept"], 1);
  EXPECT_EQ(ask("POST", "/v1/review/keep", "{\"ids\":[]}").status, 400);
  EXPECT_EQ(ask("GET", "/v1/review?k=0").status, 400);
}

// An analysis that runs until the gate opens.
class HeldAnalysis {
 public:
  explicit HeldAnalysis(Analyses& analyses) {
    std::promise<void> begun;
    EXPECT_TRUE(analyses.ask(
        "held",
        [&](const auto&) {
          begun.set_value();
          gate_.get_future().wait();
          return Analysis{};
        },
        [](const auto&, const auto&) {}));
    begun.get_future().wait();
  }
  void let_go() { gate_.set_value(); }

 private:
  std::promise<void> gate_;
};

// An analysis that runs takes no thread from those who ask something else.
TEST_F(ApiAnalysisTest, HoldsUpNobody) {
  add_pairs();
  HeldAnalysis held(service_->analyses());
  std::vector<std::thread> clients;
  std::vector<HttpAnswer> waited(6);
  for (HttpAnswer& answer : waited) {
    clients.emplace_back([&] {
      HttpClient client(port_);
      answer = client
                   .ask("GET", "/v1/duplicates", {},
                        "Authorization: Bearer " + std::string(kReading) + "\r\n")
                   .value_or(HttpAnswer{});
    });
  }
  EXPECT_EQ(ask("POST", "/v1/query", picture(200, 0, 0), "image/png").status, 200);
  EXPECT_EQ(ask("GET", "/v1/items/1").status, 200);
  held.let_go();
  for (std::thread& client : clients) client.join();
  for (const HttpAnswer& answer : waited) {
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.body, waited.front().body);
  }
}

TEST_F(ApiAnalysisTest, RefusesWhatItHasNoRoomFor) {
  Analyses& analyses = service_->analyses();
  HeldAnalysis held(analyses);
  std::size_t taken = 0;
  while (analyses.ask(
      std::to_string(taken), [](const auto&) { return Analysis{}; },
      [](const auto&, const auto&) {})) {
    ++taken;
  }
  EXPECT_EQ(taken, Analyses::kMostWaiting);
  const HttpAnswer refused = ask("GET", "/v1/review?k=7");
  EXPECT_EQ(refused.status, 503);
  EXPECT_EQ(refused.field("retry-after"), "1");
  held.let_go();
}

TEST_F(ApiAnalysisTest, AnswersWhoWaitsWhenItStops) {
  std::promise<void> begun;
  ASSERT_TRUE(service_->analyses().ask(
      "endless",
      [&](const auto& check) -> Analysis {
        begun.set_value();
        for (;;) check();
      },
      [](const auto&, const auto&) {}));
  begun.get_future().wait();
  std::thread stopping([this] { service_->begin_stop(); });
  EXPECT_EQ(ask("GET", "/v1/duplicates").status, 503);
  stopping.join();
}

}  // namespace
}  // namespace simdb::server
