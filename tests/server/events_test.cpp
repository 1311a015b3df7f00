#include "server/events.h"

#include <gtest/gtest.h>

#include <optional>
#include <thread>
#include <vector>

#include "server/metrics.h"

namespace simdb::server {
namespace {

// What a stream has told so far.
struct Listener {
  explicit Listener(std::shared_ptr<BodyStream> from) : stream(std::move(from)) {}
  void ask() {
    stream->next([this](std::string text) { heard.push_back(std::move(text)); });
  }
  std::shared_ptr<BodyStream> stream;
  std::vector<std::string> heard;
};

TEST(EventsTest, TellsOfEachChangeOnce) {
  Events events;
  events.set_change(7);
  Listener behind(events.stream(3));
  behind.ask();
  ASSERT_EQ(behind.heard.size(), 1U);
  EXPECT_EQ(behind.heard[0], "id: 7\nevent: change\ndata: {\"change\":7}\n\n");
  Listener current(events.stream(7));
  current.ask();
  behind.ask();
  EXPECT_TRUE(current.heard.empty());
  events.set_change(7);
  EXPECT_TRUE(current.heard.empty()) << "nothing has changed";
  events.set_change(8);
  EXPECT_EQ(current.heard.size(), 1U);
  EXPECT_EQ(behind.heard.size(), 2U);
  // Who is slow hears of the last one only.
  events.set_change(9);
  events.set_change(10);
  current.ask();
  ASSERT_EQ(current.heard.size(), 2U);
  EXPECT_EQ(current.heard[1], "id: 10\nevent: change\ndata: {\"change\":10}\n\n");
}

TEST(EventsTest, TellsOfJobsAndUnknownsFromNowOn) {
  Events events;
  events.set_job("{\"id\":1}");
  events.set_unknowns(4);
  Listener listener(events.stream(0));
  listener.ask();
  EXPECT_TRUE(listener.heard.empty()) << "that was before";
  events.set_job("{\"id\":2}");
  ASSERT_EQ(listener.heard.size(), 1U);
  EXPECT_EQ(listener.heard[0], "event: job\ndata: {\"id\":2}\n\n");
  events.set_job("{\"id\":3}");
  events.set_unknowns(5);
  events.set_change(1);
  events.set_job("{\"id\":4}");
  listener.ask();
  ASSERT_EQ(listener.heard.size(), 2U);
  EXPECT_EQ(listener.heard[1],
            "id: 1\nevent: change\ndata: {\"change\":1}\n\n"
            "event: job\ndata: {\"id\":4}\n\nevent: unknowns\ndata: {\"total\":5}\n\n");
}

TEST(EventsTest, TellsWhoHearsNothingThatItIsThere) {
  Events events;
  Listener quiet(events.stream(0));
  quiet.ask();
  for (int i = 0; i < 14; ++i) events.tick();
  EXPECT_TRUE(quiet.heard.empty());
  events.tick();
  ASSERT_EQ(quiet.heard.size(), 1U);
  EXPECT_TRUE(quiet.heard[0].starts_with(":")) << "a comment";
}

TEST(EventsTest, EndsWhenItIsClosed) {
  Events events;
  Listener waiting(events.stream(0));
  waiting.ask();
  Listener idle(events.stream(0));
  events.close();
  EXPECT_EQ(waiting.heard, std::vector<std::string>{""});
  idle.ask();
  EXPECT_EQ(idle.heard, std::vector<std::string>{""});
  Listener late(events.stream(0));
  late.ask();
  EXPECT_EQ(late.heard, std::vector<std::string>{""});
}

TEST(EventsTest, HasRoomForAsManyAsAreThere) {
  std::vector<std::shared_ptr<BodyStream>> streams;
  std::optional<Events> events(std::in_place);
  while (auto stream = events->stream(0)) streams.push_back(std::move(stream));
  EXPECT_EQ(streams.size(), 200U);
  streams.pop_back();
  EXPECT_NE(events->stream(0), nullptr);
  events.reset();
  streams.clear();  // they outlive it
}

TEST(EventsTest, LetsGoOfStreamsWhileItTellsThem) {
  Events events;
  std::jthread teller([&](const std::stop_token& stop) {
    for (std::uint64_t change = 1; !stop.stop_requested(); ++change) events.set_change(change);
  });
  for (int i = 0; i < 2'000; ++i) {
    auto heard = std::make_shared<std::atomic<int>>(0);
    const auto stream = events.stream(0);
    stream->next([heard](const std::string&) { ++*heard; });
  }
}

TEST(MetricsTest, WritesTextThatPrometheusReads) {
  Metrics metrics;
  metrics.count_request("/v1/query", 200, std::chrono::milliseconds(3));
  metrics.count_request("/v1/query", 200, std::chrono::seconds(100));
  metrics.count_request("/v1/query", 503, std::chrono::microseconds(500));
  metrics.count_answer("known");
  const Metrics::Gauge gauges[] = {{"simdb_items", "Items.", 1e9}};
  const std::string text = metrics.text(gauges);
  for (const char* line : {"# TYPE simdb_items gauge\nsimdb_items 1000000000\n",
                           "# TYPE simdb_requests_total counter\n",
                           "\nsimdb_requests_total{route=\"/v1/query\",status=\"200\"} 2\n",
                           "\nsimdb_requests_total{route=\"/v1/query\",status=\"503\"} 1\n",
                           "\nsimdb_answers_total{verdict=\"known\"} 1\n",
                           "\nsimdb_request_seconds_bucket{route=\"/v1/query\",le=\"0.0005\"} 1\n",
                           "\nsimdb_request_seconds_bucket{route=\"/v1/query\",le=\"0.005\"} 2\n",
                           "\nsimdb_request_seconds_bucket{route=\"/v1/query\",le=\"10\"} 2\n",
                           "\nsimdb_request_seconds_bucket{route=\"/v1/query\",le=\"+Inf\"} 3\n",
                           "\nsimdb_request_seconds_count{route=\"/v1/query\"} 3\n"}) {
    EXPECT_NE(text.find(line), std::string::npos) << line << text;
  }
  EXPECT_TRUE(text.ends_with('\n'));
}

TEST(MetricsTest, DriftIsTheExcessOfSmallPValues) {
  Metrics metrics;
  EXPECT_EQ(metrics.drift(), 0);
  metrics.note_p_value(0.25);
  EXPECT_DOUBLE_EQ(metrics.drift(), 0.75);
  for (int i = 1; i < 4; ++i) metrics.note_p_value(0.25 * (i + 1));  // evenly spread
  EXPECT_DOUBLE_EQ(metrics.drift(), 0);
  metrics.note_p_value(0.1);  // 0.1, 0.25, 0.5, 0.75, 1: at 0.75 four of five
  EXPECT_NEAR(metrics.drift(), 0.15, 1e-12);
  for (int i = 0; i < 2000; ++i) metrics.note_p_value(1);  // only the last 1,000 count
  EXPECT_DOUBLE_EQ(metrics.drift(), 0);
}

}  // namespace
}  // namespace simdb::server
