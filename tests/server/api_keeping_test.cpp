// What waits for a name, jobs and backups, over HTTP.
#include <gmock/gmock.h>

#include <fstream>

#include "simdb/backup.h"
#include "tests/server/service_fixture.h"

namespace simdb::server {
namespace {

class KeepingTest : public ServiceTest {
 protected:
  KeepingTest() { EXPECT_EQ(add("red", picture(200, 0, 0)).status, 201); }

  HttpAnswer query(const std::string& image, const std::string& token = kWriting) {
    return ask("POST", "/v1/query?keep-unknown=true&k=5", image, "image/png", token);
  }
  json waiting(const std::string& more = {}) {
    return json::parse(ask("GET", "/v1/unknowns" + more, {}, {}, kReading).body);
  }
  HttpAnswer name(const json& picture, const std::string& class_name) {
    return ask("POST", "/v1/unknowns/" + picture["id"].dump() + "/name",
               json{{"class", class_name}}.dump());
  }
  json ended(const json& job) {
    const std::string path = "/v1/jobs/" + job["id"].dump();
    json now;
    EXPECT_TRUE(comes_true([&] {
      now = json::parse(ask("GET", path).body);
      return now["state"] != "running";
    }));
    return now;
  }
};

TEST_F(KeepingTest, UnknownPicturesWaitForTheirNames) {
  const HttpAnswer known = query(picture(100, 0, 0));
  EXPECT_EQ(known.status, 200);
  EXPECT_EQ(waiting()["total"], 0) << "it was not unknown: " << known.body;
  const HttpAnswer asked = query(picture(0, 0, 200));
  EXPECT_EQ(json::parse(asked.body)["decision"], "unknown");
  EXPECT_EQ(query(picture(0, 0, 200)).status, 200);
  EXPECT_EQ(query(picture(0, 0, 100)).status, 200);
  EXPECT_EQ(query(picture(0, 200, 0)).status, 200);
  EXPECT_EQ(ask("POST", "/v1/query?k=5", picture(0, 90, 0), "image/png").status, 200);
  json all = waiting();
  ASSERT_EQ(all["total"], 3) << "each once, and only where it was asked for";
  EXPECT_TRUE(all["next"].is_null());
  const json blue = all["unknowns"][0];
  EXPECT_EQ(blue["answer"], json::parse(asked.body));
  EXPECT_EQ(blue["width"], 4);
  EXPECT_EQ(blue["bytes"], picture(0, 0, 200).size());
  EXPECT_THAT(blue["time"].get<std::string>(), testing::MatchesRegex("20..-.*T.*Z"));
  const json first = waiting("?limit=1");
  EXPECT_EQ(first["next"], blue["id"]);
  EXPECT_EQ(waiting("?limit=1&after=" + first["next"].dump())["unknowns"][0], all["unknowns"][1]);

  // The file, with the type that its bytes say.
  const std::string image = "/v1/unknowns/" + blue["id"].dump() + "/image";
  const HttpAnswer file = ask("GET", image, {}, {}, kReading);
  EXPECT_EQ(file.body, picture(0, 0, 200));
  EXPECT_EQ(file.field("content-type"), "image/png");
  EXPECT_EQ(file.field("x-content-type-options"), "nosniff");
  EXPECT_EQ(
      ask("GET", image, {}, {}, kReading, "If-None-Match: " + file.field("etag") + "\r\n").status,
      304);

  // Named, it is an item, and those like it would be known now.
  EXPECT_EQ(name(blue, "a\nb").status / 100, 4);
  const HttpAnswer named = name(blue, "blue");
  EXPECT_EQ(named.status, 201);
  const json item = json::parse(named.body);
  EXPECT_EQ(item["class"], "blue");
  EXPECT_EQ(name(blue, "blue").status, 404) << "it waits no more";
  EXPECT_EQ(json::parse(ask("GET", "/v1/items/" + item["id"].dump()).body)["class"], "blue");
  all = waiting();
  ASSERT_EQ(all["total"], 2);
  EXPECT_EQ(all["unknowns"][0]["answer"]["class"], "blue");
  EXPECT_NE(all["unknowns"][0]["answer"]["decision"], "unknown");
  EXPECT_EQ(all["unknowns"][1]["answer"]["decision"], "unknown");

  const json ids = {{"ids", {all["unknowns"][1]["id"], 1}}};
  EXPECT_EQ(ask("POST", "/v1/unknowns/delete", ids.dump()).body, "{\"deleted\":1}\n");
  end();
  begin(OpenMode::kReadWrite);
  ASSERT_EQ(waiting()["total"], 1);
  EXPECT_EQ(waiting()["unknowns"][0], all["unknowns"][0]) << "after a restart";

  // Added by whatever way, it waits no more.
  EXPECT_EQ(ask("POST", "/v1/items?class=blue", picture(0, 0, 100), "image/png").status, 201);
  EXPECT_EQ(waiting()["total"], 0);
}

// What a kill between the two steps of naming leaves.
TEST_F(KeepingTest, APictureThatWasAddedButNotForgottenIsKnownAndNamedAgain) {
  EXPECT_EQ(query(picture(0, 0, 200)).status, 200);
  fs::copy(path_ / "unknowns", folder_ / "before");
  const json item = json::parse(name(waiting()["unknowns"][0], "blue").body);
  end();
  fs::remove_all(path_ / "unknowns");
  fs::rename(folder_ / "before", path_ / "unknowns");
  begin(OpenMode::kReadWrite);
  const json left = waiting()["unknowns"][0];
  EXPECT_EQ(left["answer"]["class"], "blue");
  const HttpAnswer again = name(left, "blue");
  EXPECT_EQ(again.status, 200);
  EXPECT_EQ(json::parse(again.body)["id"], item["id"]);
  EXPECT_EQ(waiting()["total"], 0);
  EXPECT_EQ(database_->gallery().stats().items, 2U);
}

TEST_F(KeepingTest, ToKeepAPictureIsToWrite) {
  EXPECT_EQ(query(picture(0, 0, 200), kReading).status, 403);
  EXPECT_EQ(
      ask("POST", "/v1/query?keep-unknown=false", picture(0, 0, 200), "image/png", kReading).status,
      200);
  EXPECT_EQ(query(picture(0, 0, 200)).status, 200);
  const auto files = [&] {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(path_ / "unknowns")) {
      names.push_back(entry.path().filename());
    }
    return names;
  };
  const auto before = files();
  end();
  begin(OpenMode::kReadOnly);
  EXPECT_EQ(query(picture(0, 200, 0)).status, 403);
  EXPECT_EQ(waiting()["total"], 1) << "who only reads lists";
  EXPECT_EQ(name(waiting()["unknowns"][0], "blue").status, 403);
  EXPECT_EQ(files(), before);
}

// A folder of the database that is not the gallery's is nobody else's business.
TEST_F(KeepingTest, TheFolderOfUnknownsIsInNobodysWay) {
  EXPECT_EQ(query(picture(0, 0, 200)).status, 200);
  EXPECT_TRUE(database_->verify().problems.empty());
  database_->compact();
  database_->back_up(folder_ / "backup");
  EXPECT_EQ(waiting()["total"], 1);
  EXPECT_EQ(restore_database(folder_ / "backup", folder_ / "restored"), 1U);
  EXPECT_FALSE(fs::exists(folder_ / "restored" / "unknowns"));
}

TEST_F(KeepingTest, AJobVerifiesBesideEverythingElse) {
  const HttpAnswer begun = ask("POST", "/v1/jobs", R"({"kind":"verify"})");
  ASSERT_EQ(begun.status, 202);
  const json job = json::parse(begun.body);
  EXPECT_EQ(begun.field("location"), "/v1/jobs/" + job["id"].dump());
  const json done = ended(job);
  EXPECT_EQ(done["state"], "done");
  EXPECT_EQ(done["result"], json({{"items", 1}, {"sound", true}, {"problems", json::array()}}));
  EXPECT_EQ(json::parse(ask("GET", "/v1/jobs").body)["jobs"], json({done}));
  EXPECT_EQ(json::parse(ask("DELETE", "/v1/jobs/" + job["id"].dump()).body), done);
  EXPECT_EQ(ask("GET", "/v1/jobs/77").status, 404);
  EXPECT_EQ(ask("DELETE", "/v1/jobs/77").status, 404);
  for (const char* wrong : {"{}", R"({"kind":"reembed"})", R"({"kind":"verify","alpha":0.1})",
                            R"({"kind":"calibrate","alpha":2})", R"({"kind":7})"}) {
    EXPECT_EQ(ask("POST", "/v1/jobs", wrong).status, 400) << wrong;
  }
}

TEST_F(KeepingTest, AJobNamesDamageWithoutTheFolder) {
  std::ofstream(path_ / "calibration") << "no calibration";
  const json done = ended(json::parse(ask("POST", "/v1/jobs", R"({"kind":"verify"})").body));
  EXPECT_EQ(done["result"]["sound"], false);
  EXPECT_THAT(done["result"]["problems"][0].get<std::string>(), HasSubstr("calibration"));
  ASSERT_EQ(ask("DELETE", "/v1/items/1").status, 200);
  const json failed = ended(json::parse(ask("POST", "/v1/jobs", R"({"kind":"calibrate"})").body));
  EXPECT_EQ(failed["state"], "failed");
  EXPECT_THAT(failed["error"].get<std::string>(), HasSubstr("empty"));
}

TEST_F(KeepingTest, ABackupIsWhatRestoreTakes) {
  ASSERT_EQ(add("green", picture(0, 200, 0)).status, 201);
  HttpClient client(port_);
  const auto answer = client.ask("GET", "/v1/backup", {},
                                 std::string("Authorization: Bearer ") + kWriting + "\r\n");
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 200);
  EXPECT_EQ(answer->field("content-type"), "application/octet-stream");
  EXPECT_THAT(answer->field("content-disposition"),
              testing::MatchesRegex("attachment; filename=\"simdb-2.*Z.simdb-backup\""));
  std::ofstream(folder_ / "backup", std::ios::binary) << answer->body;
  EXPECT_EQ(restore_database(folder_ / "backup", folder_ / "restored"), 2U);
  database_->back_up(folder_ / "here");
  std::ifstream here(folder_ / "here", std::ios::binary);
  EXPECT_EQ(answer->body, std::string(std::istreambuf_iterator<char>(here), {}));
  EXPECT_EQ(ask("GET", "/v1/backup", {}, {}, kReading).status, 403);
}

}  // namespace
}  // namespace simdb::server
