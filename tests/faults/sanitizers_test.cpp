// That a report of a sanitizer ends a test, which is what the sanitized builds prove by passing.
#include <gtest/gtest.h>

#include <array>
#include <string>
#include <utility>

#include "tests/support/run_process.h"

namespace simdb::test {
namespace {

#ifdef __SANITIZE_THREAD__
constexpr std::array kFaults = {std::pair{"race", "ThreadSanitizer: data race"}};
#else
constexpr std::array kFaults = {
    std::pair{"overflow", "AddressSanitizer: heap-buffer-overflow"},
    std::pair{"use_after_free", "AddressSanitizer: heap-use-after-free"},
    std::pair{"leak", "LeakSanitizer: detected memory leaks"},
    std::pair{"undefined", "runtime error: signed integer overflow"},
};
#endif

TEST(SanitizersTest, EndAProcessThatDoesWrong) {
  EXPECT_EQ(run_process({SIMDB_PLANTED, "nothing"}).code, 0);
  for (const auto& [fault, report] : kFaults) {
    const ProcessResult result = run_process({SIMDB_PLANTED, fault});
    EXPECT_NE(result.code, 0) << fault;
    EXPECT_NE(result.err.find(report), std::string::npos) << fault << ": " << result.err;
  }
}

}  // namespace
}  // namespace simdb::test
