// Model files that are damaged, lie, claim too much, or want to run code: an error that says why,
// or an encoder that works. Never a signal, a hang, much memory, or weights that are not those that
// were written.
#include "tests/support/hostile_models.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <map>
#include <sstream>

#include "tests/support/fault_run.h"
#include "tests/support/models.h"
#include "tests/support/run_process.h"
#include "tests/support/temporary_folder.h"

namespace simdb::test {
namespace {

namespace fs = std::filesystem;
using Bytes = std::vector<std::byte>;

// Of simdb, which has run what passed, and of the process that tried it out.
#ifdef __SANITIZE_ADDRESS__
constexpr long kMostKilobytes = 1L << 22;  // it multiplies what is taken
#else
constexpr long kMostKilobytes = 1L << 20;
#endif
constexpr long kMostMilliseconds = 10'000;
constexpr long kMostTrialMilliseconds = 11'000;  // the limit is looked at once per second

void write(const fs::path& path, std::span<const std::byte> bytes) {
  std::ofstream file(path, std::ios::binary);
  file.write(reinterpret_cast<const char*>(bytes.data()),
             static_cast<std::streamsize>(bytes.size()));
}

struct Seen {
  int exit = 0;           // of the process; not 0: it crashed or hung
  std::string said;       // "ok DIGEST" or "error CODE MESSAGE"
  long kilobytes = 0;     // at the peak
  long milliseconds = 0;  // of CPU
  long trial_kilobytes = 0;
  long trial_milliseconds = 0;

  bool works() const { return exit == 0 && said.starts_with("ok "); }
  bool refused() const { return exit == 0 && said.starts_with("error 4 "); }
  bool is_cheap() const {
    return std::max(kilobytes, trial_kilobytes) <= kMostKilobytes &&
           milliseconds <= kMostMilliseconds && trial_milliseconds <= kMostTrialMilliseconds;
  }
};

// What the first two tests count; the last one records.
struct Counts {
  std::uint64_t damaged = 0;
  std::uint64_t crafted = 0;
  std::uint64_t refused = 0;
  std::uint64_t worked = 0;
  std::uint64_t silent = 0;  // of the control
  long kilobytes = 0;        // at most
  long trial_kilobytes = 0;
};
Counts& counts() {
  static Counts all;
  return all;
}

class Prober {
 public:
  Seen look(std::span<const std::byte> model, bool bare = false) {
    const fs::path file = folder_ / "model.onnx";
    write(file, model);
    ProcessOptions options;
    options.timeout = std::chrono::seconds(bare ? 10 : 150);
    std::vector<std::string> command = {SIMDB_MODEL_PROBE, file.string()};
    if (bare) command.insert(command.begin() + 1, "--bare");
    const ProcessResult result = run_process(command, options);
    Seen seen{result.code, result.out.substr(0, result.out.find("\npeak "))};
    std::istringstream rest(result.out.substr(std::min(result.out.size(), seen.said.size())));
    std::string word;
    rest >> word >> seen.kilobytes >> word >> seen.milliseconds;
    rest >> word >> seen.trial_kilobytes >> word >> seen.trial_milliseconds;
    if (result.code != 0) seen.said = result.err.substr(0, 300);
    if (!bare) {
      counts().kilobytes = std::max(counts().kilobytes, seen.kilobytes);
      counts().trial_kilobytes = std::max(counts().trial_kilobytes, seen.trial_kilobytes);
    }
    return seen;
  }

 private:
  TemporaryFolder folder_;
};

Bytes flipped(Bytes model, std::mt19937& random) {
  model[random() % model.size()] ^= static_cast<std::byte>(1U << random() % 8);
  return model;
}

Bytes cut(const Bytes& model, std::mt19937& random) {
  return {model.begin(), model.begin() + static_cast<std::ptrdiff_t>(random() % model.size())};
}

TEST(HostileModelsTest, NoDamageIsTakenForWeights) {
  std::mt19937 random(static_cast<unsigned>(fault_run().seed));
  Prober prober;
  const Bytes whole = random_model_file(16, random(), {.width = 8, .height = 8});
  ASSERT_TRUE(prober.look(whole).works());
  const std::uint64_t times = amount(4, 60, 1000);
  for (std::uint64_t i = 0; i < 2 * times; ++i) {
    const bool flip = i % 2 == 0;
    const Seen seen = prober.look(flip ? flipped(whole, random) : cut(whole, random));
    ++counts().damaged;
    if (seen.refused() && seen.is_cheap()) {
      ++counts().refused;
    } else {
      ADD_FAILURE() << (flip ? "flip " : "cut ") << i << ": ended with " << seen.exit << ", "
                    << seen.said;
    }
  }

  // Without its checksum, a flipped weight is accepted: this test must see that.
  const Bytes plain = without_checksum(whole);
  const Seen right = prober.look(plain);
  ASSERT_TRUE(right.works());
  for (int i = 0; i < 20; ++i) {
    const Seen seen = prober.look(flipped(plain, random));
    if (seen.works() && seen.said != right.said) ++counts().silent;
  }
  EXPECT_GT(counts().silent, 0U) << "wrong weights would not be noticed";
}

TEST(HostileModelsTest, CraftedFilesAreRefusedOrWork) {
  const std::uint64_t seed = fault_run().seed;
  Prober prober;
  const std::uint64_t times = amount(1, 2, 14);
  const std::uint64_t part = amount(6, 1, 1);  // one kind of so many
  std::uint64_t kind = 0;
  for (const HostileModel& model : hostile_models()) {
    if ((++kind + seed) % part != 0) continue;
    std::mt19937 random(static_cast<unsigned>(seed + 1000 * kind));
    for (std::uint64_t i = 0; i < times; ++i) {
      const Seen seen = prober.look(model.make(random));
      ++counts().crafted;
      const bool fine = (seen.works() || seen.refused()) && seen.is_cheap();
      EXPECT_TRUE(fine) << model.name << ", " << i << ": ended with " << seen.exit << " after "
                        << seen.milliseconds << " ms with " << seen.kilobytes << " kB, tried for "
                        << seen.trial_milliseconds << " ms with " << seen.trial_kilobytes
                        << " kB: " << seen.said;
      ++(seen.works() ? counts().worked : counts().refused);
    }
  }
  EXPECT_GE(kind, 40U);
}

// The control of the test above, and the line of the table.
TEST(HostileModelsTest, OpenCvAloneIsHarmedByThem) {
  if (fault_run().amount == Amount::kShort) GTEST_SKIP() << "a sanitizer limits memory itself";
  Prober prober;
  std::uint64_t tried = 0;
  std::uint64_t harmed = 0;
  std::mt19937 random(1);
  for (const HostileModel& model : hostile_models()) {
    const std::string& name = model.name;
    if (name != "constants that double" && name != "a pooling of all with all") continue;
    const Seen seen = prober.look(model.make(random), true);
    ++tried;
    harmed += seen.exit != 0 || !seen.is_cheap() ? 1 : 0;
  }
  EXPECT_GT(harmed, 1U) << "of " << tried;
  if (::testing::UnitTest::GetInstance()->failed_test_count() > 0 || HasFailure()) return;
  const Counts& all = counts();
  record({"F11",
          grouped(all.damaged) + " damaged and " + grouped(all.crafted) + " crafted model files",
          grouped(all.refused) + " refused, " + grouped(all.worked) +
              " ran, 0 signals, 0 hangs, 0 wrong weights, at most " +
              std::to_string(all.kilobytes >> 10) + " MB, the process that tries them " +
              std::to_string(all.trial_kilobytes >> 10) + " MB",
          "without checksum " + grouped(all.silent) +
              " of 20 flips accepted; OpenCV alone harmed by " + grouped(harmed) + " of " +
              grouped(tried)});
}

std::string crc_of(const std::string& text) {
  std::uint32_t crc = 0xFFFFFFFF;
  for (const char c : text) {
    crc ^= static_cast<unsigned char>(c);
    for (int bit = 0; bit < 8; ++bit) crc = crc >> 1 ^ (crc % 2 != 0 ? 0xEDB88320 : 0);
  }
  crc = ~crc;
  return {reinterpret_cast<const char*>(&crc), 4};
}

std::string little(std::uint64_t value, std::size_t bytes) {
  std::string text;
  for (; text.size() < bytes; value >>= 8) text += static_cast<char>(value);
  return text;
}

// A zip archive of files that are not compressed, as PyTorch writes its own.
std::string zip_of(const std::map<std::string, std::string>& files) {
  std::string all;
  std::string directory;
  for (const auto& [name, content] : files) {
    const std::string facts = little(0, 8) + crc_of(content) + little(content.size(), 4) +
                              little(content.size(), 4) + little(name.size(), 2) + little(0, 2);
    directory.append("PK\x01\x02").append(little(20, 2)).append(little(20, 2)).append(facts);
    directory.append(little(0, 10)).append(little(all.size(), 4)).append(name);
    all.append("PK\x03\x04").append(little(20, 2)).append(facts).append(name).append(content);
  }
  return all + directory + "PK\x05\x06" + little(0, 4) + little(files.size(), 2) +
         little(files.size(), 2) + little(directory.size(), 4) + little(all.size(), 4) +
         little(0, 2);
}

// Model files of PyTorch may hold code that runs when they are loaded. simdb loads none.
TEST(HostileModelsTest, NoCodeInAFileRuns) {
  const TemporaryFolder folder;
  const fs::path marker = folder / "marker";
  const std::string pickle = "cos\nsystem\n(S'touch " + marker.string() + "'\ntR.";
  // The control: Python's own loader is taken in.
  const std::string load = "import pickle,sys; pickle.loads(sys.stdin.buffer.read())";
  ProcessOptions python;
  python.input = pickle;
  run_process({SIMDB_PYTHON, "-c", load}, python);
  ASSERT_TRUE(fs::exists(marker)) << "this file would do no harm";
  fs::remove(marker);

  const std::string script =
      "class Net(Module):\n  def __setstate__(self, x: Tensor) -> None:\n    torch.save(x, '" +
      marker.string() + "')\n";
  const std::map<std::string, std::string> files = {
      {"pickle", pickle},
      {"archive", zip_of({{"archive/data.pkl", pickle}, {"archive/version", "3\n"}})},
      {"script", zip_of({{"net/data.pkl", pickle},
                         {"net/code/__torch__.py", script},
                         {"net/constants.pkl", pickle},
                         {"net/version", "3\n"}})}};
  ASSERT_EQ(
      run_process({SIMDB_PROGRAM, "sample-data", (folder / "shapes").string(), "--count", "1"})
          .code,
      0);
  for (const auto& [kind, content] : files) {
    for (const char* suffix : {".onnx", ".pt", ".pth"}) {
      if (fault_run().amount == Amount::kShort && kind != "archive") continue;
      const std::string file = folder / (kind + suffix);
      std::ofstream(file, std::ios::binary) << content;
      const std::string db = folder / "db";
      const std::string images = folder / "shapes";
      for (const std::vector<std::string>& command :
           {std::vector<std::string>{"init", "--encoder", file, "--db", db},
            {"eval", images, "--encoder", file},
            {"embed", images, "--encoder", file},
            {"restore", file, "--db", db}}) {
        std::vector<std::string> words = command;
        words.insert(words.begin(), SIMDB_PROGRAM);
        const ProcessResult result = run_process(words);
        EXPECT_EQ(result.code, 4) << kind << suffix << " " << command[0] << ": " << result.err;
        EXPECT_NE(result.err.find(file), std::string::npos) << result.err;
        EXPECT_FALSE(fs::exists(marker)) << kind << suffix << " " << command[0];
        EXPECT_FALSE(fs::exists(db));
      }
    }
  }
}

// What could run such code is not in the program.
TEST(HostileModelsTest, TheProgramIsNotLinkedWithLibTorch) {
  ProcessOptions options;
  options.environment["LD_TRACE_LOADED_OBJECTS"] = "1";  // the loader lists what it would load
  const std::string libraries = run_process({SIMDB_PROGRAM}, options).out;
  EXPECT_NE(libraries.find("libopencv_dnn"), std::string::npos) << libraries;
  EXPECT_EQ(libraries.find("torch"), std::string::npos) << libraries;
  EXPECT_EQ(libraries.find("libc10"), std::string::npos) << libraries;
}

}  // namespace
}  // namespace simdb::test
