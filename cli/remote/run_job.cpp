#include "cli/remote/run_job.h"

#include <algorithm>
#include <chrono>
#include <thread>

#include "cli/interrupt.h"
#include "simdb/error.h"

namespace simdb::cli {
namespace {

// Asked often at first: most end soon.
constexpr std::chrono::milliseconds kFirstPause{20};
constexpr std::chrono::milliseconds kLongestPause{500};

// The signal that ends the wait does not end this request.
void cancel(const Remote& remote, const std::string& place) {
  client::Server server = remote.server();
  server.check = {};
  client::HttpClient(std::move(server)).ask({.method = "DELETE", .target = place});
}

}  // namespace

Remote::Json run_job(Remote& remote, const Remote::Json& job) {
  const InterruptGuard interrupt;
  const Remote::Target jobs("/v1/jobs");
  Remote::Json state = parse_answer(remote.post(jobs, job, /*is_repeatable=*/false));
  const std::string place = jobs.text() + '/' + std::to_string(state.at("id").get<std::uint64_t>());
  try {
    for (auto pause = kFirstPause; state.at("state") == "running";
         pause = std::min(2 * pause, kLongestPause)) {
      std::this_thread::sleep_for(pause);
      InterruptGuard::check();
      state = parse_answer(remote.get(Remote::Target(place)));
    }
  } catch (const Interrupted&) {
    cancel(remote, place);
    throw;
  }
  if (state.at("state") == "done") return state.at("result");
  throw Error(ErrorCode::kInternal,
              "the server did not finish this: " + (state.at("error").is_string()
                                                        ? state.at("error").get<std::string>()
                                                        : state.at("state").get<std::string>()));
}

}  // namespace simdb::cli
