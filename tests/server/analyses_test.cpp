#include "server/analyses.h"

#include <gtest/gtest.h>

#include <future>
#include <memory>

#include "tests/support/errors.h"

namespace simdb::server {
namespace {

class AnalysesTest : public testing::Test {
 protected:
  using Made = std::shared_ptr<const Analysis>;

  // Waits in its thread until release().
  void hold() {
    std::promise<void> begun;
    pending_.push_back(ask("held", [&, gate = gate_.get_future().share()](const auto&) {
      begun.set_value();
      gate.wait();
      return Analysis{};
    }));
    begun.get_future().wait();
  }
  void release() { gate_.set_value(); }

  std::future<Made> ask(const std::string& name, Analyses::Work work) {
    auto promise = std::make_shared<std::promise<Made>>();
    const bool is_taken = analyses_.ask(
        name, std::move(work), [promise](const Made& made, const std::exception_ptr& failure) {
          if (failure) return promise->set_exception(failure);
          promise->set_value(made);
        });
    if (!is_taken) promise->set_exception(std::make_exception_ptr(std::length_error("full")));
    return promise->get_future();
  }
  std::future<Made> ask(const std::string& name) {
    return ask(name, [this](const auto&) { return Analysis{.text = std::to_string(++made_)}; });
  }

  std::atomic<std::uint64_t> change_ = 7;
  std::atomic<int> made_ = 0;
  std::promise<void> gate_;
  std::vector<std::future<Made>> pending_;
  Analyses analyses_{[this] { return change_.load(); }};
};

TEST_F(AnalysesTest, MakesOnceWhatIsAskedTogetherAndAgain) {
  hold();
  std::vector<std::future<Made>> asked;
  for (int i = 0; i < 20; ++i) asked.push_back(ask("a"));
  std::future<Made> other = ask("b");
  release();
  for (std::future<Made>& made : asked) EXPECT_EQ(made.get()->text, "1");
  EXPECT_EQ(other.get()->text, "2");
  EXPECT_EQ(ask("a").get()->change, 7U);
  EXPECT_EQ(made_, 2);
}

TEST_F(AnalysesTest, AnswersWithNoOlderStateThanThatOfTheCall) {
  std::promise<void> begun;
  std::promise<void> gate;
  std::future<Made> early = ask("a", [&](const auto&) {
    begun.set_value();
    gate.get_future().wait();
    return Analysis{.text = "old"};
  });
  begun.get_future().wait();
  std::future<Made> joined = ask("a");
  change_ = 8;
  std::future<Made> late = ask("a");
  gate.set_value();
  EXPECT_EQ(early.get()->change, 7U);
  EXPECT_EQ(joined.get()->text, "old");
  EXPECT_EQ(late.get()->text, "1");
  EXPECT_EQ(analyses_.last("a")->change, 8U);
  change_ = 9;
  EXPECT_EQ(analyses_.last("a")->change, 8U);
  EXPECT_EQ(ask("a").get()->change, 9U);
}

TEST_F(AnalysesTest, TellsAllWhoWaitOfAFailureAndTriesAgainWhenAsked) {
  hold();
  const auto failing = [](const auto&) -> Analysis {
    throw Error(ErrorCode::kCorruption, "damaged");
  };
  std::future<Made> first = ask("a", failing);
  std::future<Made> second = ask("a", failing);
  release();
  EXPECT_EQ(test::code_of([&] { first.get(); }), ErrorCode::kCorruption);
  EXPECT_EQ(test::code_of([&] { second.get(); }), ErrorCode::kCorruption);
  EXPECT_EQ(ask("a").get()->text, "1");
}

TEST_F(AnalysesTest, BeginsAnewWhereTheItemsChangedMeanwhile) {
  int tries = 0;
  const Made made = ask("a", [&](const auto&) -> Analysis {
                      ++change_;
                      if (++tries < 3) throw Error(ErrorCode::kBusy, "the items changed");
                      return {};
                    }).get();
  EXPECT_EQ(made->change, 9U) << "the state in which the third try began";
  std::future<Made> never =
      ask("b", [](const auto&) -> Analysis { throw Error(ErrorCode::kBusy, "again"); });
  EXPECT_EQ(test::code_of([&] { never.get(); }), ErrorCode::kBusy);
}

TEST_F(AnalysesTest, TakesAsManyAsItMay) {
  hold();
  std::vector<std::future<Made>> asked;
  for (std::size_t i = 0; i < Analyses::kMostWaiting; ++i) asked.push_back(ask(std::to_string(i)));
  EXPECT_THROW(ask("one more").get(), std::length_error);
  while (asked.size() + 1 < Analyses::kMostClients) asked.push_back(ask("3"));
  EXPECT_THROW(ask("3").get(), std::length_error);
  release();
  for (std::future<Made>& made : asked) EXPECT_TRUE(made.get());
  EXPECT_TRUE(ask("one more").get());
}

TEST_F(AnalysesTest, KeepsTheLastOnesOfAllNames) {
  for (std::size_t i = 0; i <= Analyses::kMostKept; ++i) {
    ask(std::to_string(i)).get();
    EXPECT_TRUE(analyses_.last("0")) << "it was asked for since";
    if (i + 1 < Analyses::kMostKept) continue;
    EXPECT_TRUE(analyses_.last("1"));
    EXPECT_TRUE(analyses_.last("2"));
  }
  EXPECT_FALSE(analyses_.last("3"));
  ask("large", [](const auto&) {
    return Analysis{.text = std::string(Analyses::kMostBytes, 'x')};
  }).get();
  EXPECT_TRUE(analyses_.last("large"));
  EXPECT_FALSE(analyses_.last("0"));
}

TEST_F(AnalysesTest, EndsWhatRunsAndWhatWaits) {
  std::promise<void> begun;
  std::future<Made> endless = ask("a", [&](const auto& check) -> Analysis {
    begun.set_value();
    for (;;) check();
  });
  begun.get_future().wait();
  std::future<Made> waiting = ask("b");
  analyses_.stop();
  EXPECT_EQ(test::code_of([&] { endless.get(); }), ErrorCode::kBusy);
  EXPECT_EQ(test::code_of([&] { waiting.get(); }), ErrorCode::kBusy);
  EXPECT_EQ(test::code_of([&] { ask("c").get(); }), ErrorCode::kBusy);
  EXPECT_EQ(made_, 0);
}

}  // namespace
}  // namespace simdb::server
