// Does what a sanitizer must not let pass, so that a test can see that it does not:
//   planted nothing|overflow|use_after_free|leak|undefined|race
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <memory>
#include <string_view>
#include <thread>

namespace {

volatile int g_shared = 0;  // `race` writes it from two threads without a lock
int* volatile g_sink = nullptr;

}  // namespace

int main(int argc, char** argv) {
  const std::string_view what = argc == 2 ? argv[1] : "";
  if (what == "overflow") {
    const auto numbers = std::make_unique<int[]>(4);
    int* volatile first = numbers.get();
    std::printf("%d\n", first[argc + 2]);
  } else if (what == "use_after_free") {
    g_sink = new int(argc);
    int* const freed = g_sink;
    delete freed;
    std::printf("%d\n", *g_sink);
  } else if (what == "leak") {
    g_sink = new int(argc);
    g_sink = nullptr;
  } else if (what == "undefined") {
    const volatile int largest = std::numeric_limits<int>::max();
    std::printf("%d\n", largest + argc);
  } else if (what == "race") {
    const auto count = [] {
      for (int i = 0; i < 10'000; ++i) g_shared = g_shared + 1;
    };
    std::thread other(count);
    count();
    other.join();
  } else if (what != "nothing") {
    return 2;
  }
  return 0;
}
