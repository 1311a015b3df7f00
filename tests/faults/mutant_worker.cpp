// Decodes damaged images, and says before each which it is, so that the one that kills or hangs
// this process can be named:
//   mutant_worker SEED FIRST END [crash N | hang N | wrong N]
// Output: the number of each mutant; "wrong NUMBER WHY" for one that gave nonsense; in the end
// "done DECODED REFUSED PEAK_BYTES". The last two words have the worker misbehave at mutant N.
#include <sys/resource.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>

#include "simdb/error.h"
#include "simdb/image_codec.h"
#include "tests/support/mutants.h"

namespace simdb::test {
namespace {

struct Misbehaviour {
  std::string kind;
  std::uint64_t number = 0;
};

void say(const std::string& line) {
  std::fputs((line + "\n").c_str(), stdout);
  std::fflush(stdout);
}

struct Tally {
  std::uint64_t decoded = 0;
  std::uint64_t refused = 0;
};

// What is wrong with what decode_image made of `mutant`; empty if nothing is.
std::string judge(const Bytes& mutant, Tally& tally) {
  try {
    const Image image = decode_image(mutant, "mutant");
    ++tally.decoded;
    if (!sniff_image_format(mutant)) return "a decoder saw a format that is not taken";
    const bool known = image.channels == 1 || image.channels == 3 || image.channels == 4;
    if (!known || image.width < 1 || image.height < 1) return "an impossible size";
    if (image.pixels.size() !=
        static_cast<std::size_t>(image.width) * image.height * image.channels) {
      return "as many pixels as no picture of its size has";
    }
    return {};
  } catch (const Error& e) {
    ++tally.refused;
    if (e.code() != ErrorCode::kBadInput) return std::string("another error: ") + e.what();
    if (std::string(e.what()).find("mutant") == std::string::npos) return "an error without a name";
    return {};
  } catch (const std::exception& e) {
    return std::string("no simdb::Error: ") + e.what();
  }
}

void misbehave(const Misbehaviour& asked) {
  if (asked.kind == "crash") std::abort();
  while (asked.kind == "hang") ::pause();
}

void run(std::uint64_t seed, std::uint64_t first, std::uint64_t end, const Misbehaviour& asked) {
  const std::vector<Bytes> seeds = mutation_seeds();
  Tally tally;
  for (std::uint64_t number = first; number < end; ++number) {
    say(std::to_string(number));
    const bool misbehaves = !asked.kind.empty() && number == asked.number;
    if (misbehaves) misbehave(asked);
    std::string wrong = judge(make_mutant(seeds, seed, number), tally);
    if (misbehaves) wrong = "asked to be";
    if (!wrong.empty()) say("wrong " + std::to_string(number) + " " + wrong);
  }
  rusage used{};
  ::getrusage(RUSAGE_SELF, &used);
  say("done " + std::to_string(tally.decoded) + " " + std::to_string(tally.refused) + " " +
      std::to_string(std::uint64_t{1024} * used.ru_maxrss));
}

}  // namespace
}  // namespace simdb::test

int main(int argc, char** argv) {
  if (argc != 4 && argc != 6) {
    std::fputs("usage: mutant_worker SEED FIRST END [crash N | hang N | wrong N]\n", stderr);
    return 2;
  }
  simdb::test::Misbehaviour asked;
  if (argc == 6) asked = {argv[4], std::strtoull(argv[5], nullptr, 10)};
  simdb::test::run(std::strtoull(argv[1], nullptr, 10), std::strtoull(argv[2], nullptr, 10),
                   std::strtoull(argv[3], nullptr, 10), asked);
  return 0;
}
