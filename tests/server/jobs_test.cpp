#include "server/jobs.h"

#include <gmock/gmock.h>

#include <atomic>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "tests/server/toy_server.h"

namespace simdb::server {
namespace {

using nlohmann::json;

class JobsTest : public testing::Test {
 protected:
  json job(std::uint64_t id) const { return json::parse(jobs_->json(id).value()); }
  json ended(std::uint64_t id) const {
    EXPECT_TRUE(comes_true([&] { return job(id)["state"] != "running"; }));
    return job(id);
  }
  // Goes on until it is told to end.
  static std::string endless(const Jobs::Check& check) {
    for (;;) {
      check();
      std::this_thread::sleep_for(std::chrono::microseconds(100));
    }
  }
  std::vector<json> told() {
    const std::lock_guard lock(mutex_);
    return told_;
  }

  std::mutex mutex_;
  std::vector<json> told_;
  std::unique_ptr<Jobs> jobs_ = std::make_unique<Jobs>(
      [this](const std::string& text) {
        const std::lock_guard lock(mutex_);
        told_.push_back(json::parse(text));
      },
      [](const std::exception_ptr&) { return std::string("it \"broke\""); });
};

TEST_F(JobsTest, TellsWhatBecameOfEach) {
  const auto good = jobs_->start("verify", [](const Jobs::Check& check) {
    check();
    check();
    return std::string("{\"sound\":true}");
  });
  const json done = ended(good.value());
  EXPECT_EQ(done["kind"], "verify");
  EXPECT_EQ(done["state"], "done");
  EXPECT_EQ(done["done"], 2);
  EXPECT_EQ(done["total"], 2);
  EXPECT_EQ(done["result"], json({{"sound", true}}));
  EXPECT_TRUE(done["error"].is_null());
  EXPECT_LE(done["started"], done["ended"]);
  const auto bad = jobs_->start(
      "calibrate", [](const Jobs::Check&) -> std::string { throw std::runtime_error("why"); });
  const json failed = ended(bad.value());
  EXPECT_EQ(failed["state"], "failed");
  EXPECT_EQ(failed["error"], "it \"broke\"");
  EXPECT_TRUE(failed["result"].is_null());
  EXPECT_TRUE(comes_true([&] { return told().size() == 2; }));
  EXPECT_EQ(told().back(), failed);
  EXPECT_EQ(json::parse(jobs_->all_json())["jobs"], json({done, failed}));
  EXPECT_EQ(jobs_->json(99), std::nullopt);
  EXPECT_FALSE(jobs_->cancel(99));
}

TEST_F(JobsTest, OneRunsAtATimeUntilItIsCancelled) {
  const auto first = jobs_->start("verify", endless);
  EXPECT_EQ(jobs_->start("verify", endless), std::nullopt);
  EXPECT_TRUE(comes_true([&] { return told().size() >= 2; })) << "of its progress";
  EXPECT_EQ(told()[0]["state"], "running");
  EXPECT_LT(told()[0]["done"], told()[1]["done"]);
  EXPECT_TRUE(told()[1]["total"].is_null());
  EXPECT_TRUE(jobs_->cancel(*first));
  EXPECT_EQ(ended(*first)["state"], "cancelled");
  const auto second = jobs_->start("verify", endless);
  ASSERT_TRUE(second);
  jobs_->stop();
  EXPECT_EQ(ended(*second)["state"], "cancelled");
  EXPECT_EQ(jobs_->start("verify", endless), std::nullopt) << "it is stopping";
}

TEST_F(JobsTest, RemembersTheLastTwentyAndEndsWithOneThatRuns) {
  for (int i = 0; i < 22; ++i) {
    ended(jobs_->start("verify", [](const Jobs::Check&) { return std::string("1"); }).value());
  }
  const json all = json::parse(jobs_->all_json())["jobs"];
  EXPECT_EQ(all.size(), 20U);
  EXPECT_EQ(all.back()["id"], 22);
  EXPECT_EQ(jobs_->json(2), std::nullopt);
  ASSERT_TRUE(jobs_->start("verify", endless));
  jobs_.reset();
  EXPECT_EQ(told().back()["state"], "cancelled");
}

}  // namespace
}  // namespace simdb::server
