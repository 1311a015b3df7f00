#include "server/service.h"

#include <atomic>
#include <fstream>
#include <functional>
#include <future>
#include <semaphore>

#include "database/replica_gallery.h"
#include "tests/server/service_fixture.h"
#include "tests/support/embeddings.h"
#include "tests/support/plain_gallery.h"

namespace simdb::server {
namespace {

TEST_F(ServiceTest, LetsInByTokenOnEveryRoute) {
  std::vector<std::string> open;
  std::size_t writing = 0;
  for (const Route& route : routes()) {
    if (route.path == "/v1/events") continue;  // does not end
    SCOPED_TRACE(std::string(route.method) + " " + std::string(route.path));
    const HttpAnswer missing = ask_route(route, "");
    const HttpAnswer wrong = ask_route(route, "writing-writing-writinG");
    if (route.access == Access::kNone) {
      open.emplace_back(route.path);
      EXPECT_EQ(missing.status, route.path == "/v1/session" ? 400 : 200);
      continue;
    }
    EXPECT_EQ(missing.status, 401);
    EXPECT_EQ(missing.field("www-authenticate"), "Bearer");
    EXPECT_EQ(wrong.status, 401);
    EXPECT_EQ(missing.body.substr(0, missing.body.find("request_id")),
              wrong.body.substr(0, wrong.body.find("request_id")));
    const int reading = ask_route(route, kReading).status;
    if (route.access == Access::kWrite) {
      ++writing;
      EXPECT_EQ(reading, 403);
    } else {
      EXPECT_NE(reading, 401);
      EXPECT_NE(reading, 403);
    }
  }
  EXPECT_THAT(open, testing::UnorderedElementsAre("/", "/app.js", "/app.css", "/map.js",
                                                  "/icon.svg", "/livez", "/healthz", "/readyz",
                                                  "/v1/openapi.json", "/v1/session"));
  EXPECT_GE(writing, 7U);
  EXPECT_EQ(ask("GET", "/v1/events", {}, {}, "").status, 401);
  EXPECT_EQ(database_->gallery().stats().items, 0U);
}

TEST_F(ServiceTest, OnlyReadsWhereItIsToldTo) {
  ASSERT_EQ(add("cat", picture(200, 0, 0)).status, 201);
  end();
  begin(OpenMode::kReadOnly);
  for (const Route& route : routes()) {
    if (route.access != Access::kWrite) continue;
    EXPECT_EQ(ask_route(route, kWriting).status, 403) << route.path;
  }
  EXPECT_EQ(ask("GET", "/v1/items/1").status, 200);
}

TEST_F(ServiceTest, RefusesWhatARouteDoesNotTake) {
  for (const Route& route : routes()) {
    SCOPED_TRACE(std::string(route.method) + " " + std::string(route.path));
    const std::string path = path_of(route);
    const HttpAnswer put = ask("PUT", path, "{}");
    EXPECT_EQ(put.status, 405);
    EXPECT_THAT(put.field("allow"), HasSubstr(std::string(route.method)));
    const std::string method(route.method);
    EXPECT_EQ(ask(method, path + "?no-such-parameter=1", "{}").status, 400);
    EXPECT_EQ(ask(method, path + "/a/b", "{}").status, 404);
    if (route.body == BodyKind::kNone) {
      EXPECT_EQ(ask(method, path, "{}").status, 413);
      continue;
    }
    EXPECT_EQ(ask(method, path).status, 411);
    for (const char* type : {"", "text/plain", "application/x-www-form-urlencoded", "image/"}) {
      EXPECT_EQ(ask(method, path, "{}", type).status, 415) << type;
    }
    const std::string right = type_of(route.body);
    EXPECT_EQ(ask(method, path, "{}", right, kWriting, "Content-Encoding: gzip\r\n").status, 415);
    if (route.body == BodyKind::kImage) {
      EXPECT_EQ(ask(method, path + "?class=a", "no image", right).status, 415);
    }
  }
  for (const char* path : {"/v2/items", "/v1", "/v1/items/1/more", "/v1//items", "/etc/passwd"}) {
    EXPECT_EQ(ask("GET", path).status, 404) << path;
  }
  EXPECT_EQ(ask("GET", "/v1/%2e%2e/x").status, 400);
}

TEST_F(ServiceTest, StaysWholeWithHostileNames) {
  const std::vector<std::string> names = {"<img src=x onerror=alert(1)>",
                                          "a\xE2\x80\xAE"
                                          "b",
                                          "__proto__",
                                          "constructor",
                                          "\"quoted\\",
                                          "100% {} {0}",
                                          "a/../../b",
                                          std::string(1'024, 'n')};
  std::uint8_t shade = 10;
  for (const std::string& name : names) {
    const HttpAnswer added = add(name, picture(250, shade, 0));
    shade = static_cast<std::uint8_t>(shade + 20);
    EXPECT_EQ(added.status, 201) << added.body;
    EXPECT_EQ(json::parse(added.body)["class"], name);
  }
  for (const std::string& bad : {std::string(), std::string("line\nfeed"), std::string("\x1B[31m"),
                                 std::string(1'025, 'n')}) {
    const int status = add(bad, picture(1, 200, 0)).status;
    EXPECT_EQ(status / 100, 4) << bad;
  }
  const json classes = json::parse(ask("GET", "/v1/classes").body)["classes"];
  EXPECT_EQ(classes.size(), names.size());
  for (const json& entry : classes) EXPECT_THAT(names, testing::Contains(entry["class"]));
  const json items = json::parse(ask("GET", "/v1/items").body)["items"];
  EXPECT_EQ(items.size(), names.size());
  const HttpAnswer query =
      ask("POST", "/v1/query?name=%0Aid=forged", picture(250, 10, 0), "image/png");
  EXPECT_EQ(query.status, 200);
  EXPECT_FALSE(json::parse(query.body, nullptr, false).is_discarded());
  const std::string metrics = ask("GET", "/metrics").body;
  EXPECT_THAT(metrics, HasSubstr("simdb_items 8\n"));
  for (const char* part : {"img", "__proto__", "nnn"}) EXPECT_THAT(metrics, Not(HasSubstr(part)));
  const std::lock_guard lock(log_mutex_);
  for (const std::string& line : log_) {
    EXPECT_TRUE(line.starts_with("time=")) << line;
    EXPECT_TRUE(std::ranges::all_of(line, [](char c) { return c >= ' ' && c < 0x7F; })) << line;
  }
}

TEST_F(ServiceTest, WithstandsDeepAndLargeAsks) {
  const std::string deep(1'000'000, '[');
  for (const char* path : {"/v1/query/json", "/v1/query/batch", "/v1/items/move", "/v1/session"}) {
    EXPECT_EQ(ask("POST", path, deep).status / 100, 4) << path;
    std::string object;
    for (int i = 0; i < 200'000; ++i) object += "{\"a\":";
    EXPECT_EQ(ask("POST", path, object).status / 100, 4) << path;
  }
  EXPECT_EQ(ask("GET", "/v1/items?limit=1000000000").status, 400);
  EXPECT_EQ(ask("GET", "/v1/items?limit=0").status, 400);
  EXPECT_EQ(ask("GET", "/v1/items?after=18446744073709551615").status, 200);
  EXPECT_EQ(ask("GET", "/v1/items/18446744073709551615").status, 404);
  EXPECT_EQ(ask("GET", "/v1/items/1/neighbors?k=1000000000").status / 100, 4);
  EXPECT_EQ(ask("POST", "/v1/query?k=1000000000", picture(9, 0, 0), "image/png").status, 400);
  EXPECT_EQ(ask("POST", "/v1/query?alpha=nan", picture(9, 0, 0), "image/png").status, 400);
  EXPECT_EQ(ask("POST", "/v1/items?class=a", picture(0, 0, 0), "image/png").status, 422)
      << "an image without features";
  EXPECT_EQ(ask("GET", "/readyz", {}, {}, "").status, 200);
}

// As when the server ends before all is answered.
TEST_F(ServiceTest, AnswersWhatWaitsBeforeItEnds) {
  std::atomic<int> answered = 0;
  {
    Service service(*database_, tokens_, {.folder = path_, .threads = 1});
    for (int i = 0; i < 200; ++i) {
      const auto request = std::make_shared<Request>();
      request->head_bytes = test::http_request("GET", i % 2 == 0 ? "/metrics" : "/v1/stats");
      request->head = std::get<RequestHead>(check_head(request->head_bytes));
      request->target = std::get<Target>(parse_target(request->head.target));
      service.answer(request,
                     [&](const Response& response) { answered += response.status == 200 ? 1 : 0; });
    }
  }
  EXPECT_EQ(answered, 200);
}

TEST_F(ServiceTest, TellsNothingOfItsFolderWhenTheStoreIsDamaged) {
  for (int i = 0; i < 5; ++i) {
    const auto shade = static_cast<std::uint8_t>(40 * i + 1);
    ASSERT_EQ(add("cat", picture(200, shade, 0)).status, 201);
  }
  database_->compact();
  end();
  begin(OpenMode::kReadWrite);
  for (const auto& entry : fs::recursive_directory_iterator(path_)) {
    if (entry.path().extension() != ".sst") continue;
    std::fstream file(entry.path(), std::ios::in | std::ios::out | std::ios::binary);
    for (std::uintmax_t at = 8; at + 8 < entry.file_size(); at += 64) {
      file.seekp(static_cast<std::streamoff>(at));
      file << "damage";
    }
  }
  std::size_t failed = 0;
  for (const char* path : {"/v1/items/1", "/v1/items", "/v1/stats", "/v1/items/1/thumbnail"}) {
    const HttpAnswer answer = ask("GET", path);
    if (answer.status != 200) {
      ++failed;
      EXPECT_EQ(answer.status, 500);
      EXPECT_EQ(json::parse(answer.body)["code"], "corruption");
    }
  }
  EXPECT_GT(failed, 0U);
}

// A server that may write follows too: others change the gallery that its own is a copy of.
TEST_F(ServiceTest, ACopyFollowsWithinAMoment) {
  const auto model = std::as_bytes(std::span("model"));
  const auto original =
      std::make_shared<test::PlainGallery>(16, std::vector<std::byte>(model.begin(), model.end()));
  Database database(std::make_unique<ReplicaGallery>(original),
                    with_encoder(OpenMode::kReadWrite).encoder_loader);
  Service service(database, tokens_, {.folder = path_, .threads = 1});
  service.start();
  for (std::uint64_t number = 1; number <= 3; ++number) {
    original->add(std::vector{test::numbered_item(number, "a")},
                  test::corner_embeddings(1, number));
    const auto began = std::chrono::steady_clock::now();
    while (database.gallery().changes() < number &&
           std::chrono::steady_clock::now() - began < std::chrono::seconds(20)) {
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    EXPECT_EQ(database.gallery().stats().items, number);
  }
  service.begin_stop();
  service.finish();
}

TEST_F(ServiceTest, LooksWhenItIsToldOfAChange) {
  const auto model = std::as_bytes(std::span("model"));
  const auto original =
      std::make_shared<test::PlainGallery>(16, std::vector<std::byte>(model.begin(), model.end()));
  Database database(std::make_unique<ReplicaGallery>(original),
                    with_encoder(OpenMode::kReadOnly).encoder_loader);
  std::counting_semaphore<> told(0);
  std::atomic<int> waits = 0;
  ServiceOptions options{.folder = path_, .read_only = true, .threads = 1};
  options.change_signal = [&](std::chrono::milliseconds) {
    ++waits;
    told.acquire();
  };
  Service service(database, tokens_, std::move(options));
  service.start();
  original->add(std::vector{test::numbered_item(1, "cat")}, test::corner_embeddings(1, 1));
  const auto until = [](const std::function<bool()>& holds) {
    const auto began = std::chrono::steady_clock::now();
    while (!holds() && std::chrono::steady_clock::now() - began < std::chrono::seconds(20)) {
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    EXPECT_TRUE(holds());
  };
  until([&] { return waits == 1; });
  EXPECT_EQ(database.gallery().changes(), 0U) << "it waits";
  told.release();
  until([&] { return database.gallery().changes() == 1 && waits == 2; });
  told.release(1000);  // so that it ends
  service.begin_stop();
  service.finish();
}

TEST_F(ServiceTest, ReadsWhatWasStoredByOthersWhereItIsToldTo) {
  for (const bool waits : {false, true}) {
    const auto model = std::as_bytes(std::span("model"));
    const auto original = std::make_shared<test::PlainGallery>(
        16, std::vector<std::byte>(model.begin(), model.end()));
    Database database(std::make_unique<ReplicaGallery>(original),
                      with_encoder(OpenMode::kReadOnly).encoder_loader);
    std::counting_semaphore<> told(0);  // it hears of nothing
    ServiceOptions options{
        .folder = path_, .read_only = true, .read_your_writes = waits, .threads = 1};
    options.change_signal = [&](std::chrono::milliseconds) { told.acquire(); };
    Service service(database, tokens_, std::move(options));
    service.start();
    original->add(std::vector{test::numbered_item(1, "cat")}, test::corner_embeddings(1, 1));
    // One route of a worker and one that answers at once.
    for (const auto& [target, body] :
         {std::pair("/v1/stats", ""), std::pair("/v1/query/json", R"({"id":1})")}) {
      const auto request = std::make_shared<Request>();
      request->head.method = *body == '\0' ? "GET" : "POST";
      request->target = std::get<Target>(parse_target(target));
      request->body = body;
      std::promise<Response> response;
      service.answer(request, [&](Response made) { response.set_value(std::move(made)); });
      const Response made = response.get_future().get();
      const std::string_view present = *body == '\0' ? R"("items":1)" : R"("class":"cat")";
      EXPECT_EQ(made.body.find(present) != std::string::npos, waits) << made.body;
    }
    told.release(1000);  // so that it ends
    service.begin_stop();
    service.finish();
  }
}

}  // namespace
}  // namespace simdb::server
