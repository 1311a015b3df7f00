// Files that someone means harm with, each through the real `simdb`: an answer or an error that
// names the file, within two seconds and 512 MB, and nothing raw on the terminal. A folder of them
// is imported as far as it can be.
#include "tests/support/hostile_images.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>
#include <random>
#include <set>
#include <span>
#include <sstream>
#include <thread>

#include "tests/faults/hostile_corpus.h"
#include "tests/support/fault_run.h"
#include "tests/support/models.h"
#include "tests/support/run_process.h"
#include "tests/support/temporary_folder.h"

namespace simdb::test {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

constexpr double kMaxSeconds = 2;
constexpr std::uint64_t kMaxMemory = 512'000'000;
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kMeasures = false;  // sanitizers multiply both
#else
constexpr bool kMeasures = true;
#endif

// The part of a name that no output has to escape.
std::string plain_part(const std::string& name) { return name.substr(0, name.find('.')); }

// What can't do anything to a terminal: valid in what it is made of, and no control bytes.
bool is_harmless(const std::string& text) {
  return std::none_of(text.begin(), text.end(),
                      [](char c) {
                        const auto byte = static_cast<unsigned char>(c);
                        return (byte < 0x20 && c != '\n') || byte == 0x7F || byte == 0xFF ||
                               byte == 0xFE || byte == 0xC0;
                      }) &&
         text.find("\u202E") == std::string::npos;
}

void write(const fs::path& path, const Bytes& bytes) {
  std::ofstream file(path, std::ios::binary);
  file.write(reinterpret_cast<const char*>(bytes.data()),
             static_cast<std::streamsize>(bytes.size()));
}

// A database of a few drawn shapes, and an empty folder.
class HostileImagesTest : public testing::Test {
 protected:
  void SetUp() override {
    write(folder_ / "net.onnx", random_model_file(16, 1));
    ASSERT_EQ(simdb({"sample-data", "shapes", "--count", "1"}).code, 0);
    ASSERT_EQ(simdb({"init", "--encoder", "net.onnx"}).code, 0);
    ASSERT_EQ(simdb({"add", "--by-folder", "shapes"}).code, 0);
    fs::create_directories(images_);
  }

  ProcessResult simdb(std::vector<std::string> args) const {
    args.insert(args.begin(), SIMDB_PROGRAM);
    ProcessOptions options;
    options.folder = folder_.path();
    options.environment["SIMDB_DB"] = (folder_ / "db").string();
    options.timeout = std::chrono::seconds(kMeasures ? 300 : 600);
    return run_process(args, options);
  }

  // Queries `path`; where it takes too long, again, since other programs make each other slow.
  ProcessResult query(const fs::path& path) const {
    ProcessResult result = simdb({"query", path.string(), "-k", "3"});
    for (int again = 0; kMeasures && again < 2 && result.cpu_seconds > kMaxSeconds; ++again) {
      result = simdb({"query", path.string(), "-k", "3"});
    }
    return result;
  }

  TemporaryFolder folder_;
  fs::path images_ = folder_ / "corpus" / "images";
};

// The largest of what was measured, and where.
struct Worst {
  double value = 0;
  std::string name;
  void see(double measured, const std::string& where) {
    if (measured <= value) return;
    value = measured;
    name = where;
  }
};

void expect_verdict(const HostileFile& file, const ProcessResult& result) {
  const std::string what = file.name + ": code " + std::to_string(result.code) + ", " + result.err;
  switch (file.verdict) {
    case Verdict::kTaken:
      EXPECT_EQ(result.code, 0) << what;
      break;
    case Verdict::kRefused:
      EXPECT_THAT(result.code, testing::AnyOf(3, 4, 6)) << what;
      break;
    case Verdict::kEither:
      EXPECT_THAT(result.code, testing::AnyOf(0, 3, 4, 6)) << what;
      break;
  }
  if (result.code != 0) {
    EXPECT_THAT(result.err, HasSubstr(plain_part(file.name)));
    EXPECT_EQ(result.out, "") << what;
  }
  EXPECT_TRUE(is_harmless(result.out + result.err)) << what;
}

TEST_F(HostileImagesTest, AllEightOrientationsGiveOneEmbedding) {
  const Image upright = quadrant_image(96, 64);
  std::vector<std::string> args = {"embed"};
  for (int orientation = 1; orientation <= 8; ++orientation) {
    const fs::path path = images_ / (std::to_string(orientation) + ".jpg");
    write(path, with_exif(encode_as(stored_with_orientation(upright, orientation), ".jpg"),
                          static_cast<std::uint8_t>(orientation)));
    args.push_back(path.string());
  }
  write(images_ / "upright.png", encode_as(upright, ".png"));
  args.push_back((images_ / "upright.png").string());
  const ProcessResult result = simdb(args);
  ASSERT_EQ(result.code, 0) << result.err;
  std::vector<std::vector<double>> vectors;
  std::istringstream lines(result.out);
  for (std::string line; std::getline(lines, line);) {
    vectors.push_back(nlohmann::json::parse(line)["vector"]);
  }
  ASSERT_EQ(vectors.size(), 9U);
  for (std::size_t i = 0; i < 8; ++i) {
    double cosine = 0;
    for (std::size_t d = 0; d < vectors[i].size(); ++d) cosine += vectors[i][d] * vectors[8][d];
    EXPECT_GE(cosine, 0.999) << "orientation " << i + 1;
  }
}

TEST_F(HostileImagesTest, AFileMayChangeWhileItIsRead) {
  const fs::path path = images_ / "changing.png";
  const Bytes png = encode_as(noise_image(1500, 1500, 3, 1), ".png");
  write(path, png);
  std::atomic<bool> stop = false;
  std::jthread changer([&] {
    for (std::uint64_t i = 0; !stop; ++i) {
      std::error_code ignored;
      fs::resize_file(path, i * 7919 % png.size(), ignored);
      std::ofstream(path, std::ios::binary)
          .write(reinterpret_cast<const char*>(png.data()),
                 static_cast<std::streamsize>(png.size()));
    }
  });
  for (std::uint64_t i = 0; i < amount(2, 10, 50); ++i) {
    const ProcessResult result = query(path);
    EXPECT_THAT(result.code, testing::AnyOf(0, 4)) << result.err;
  }
  stop = true;
}

TEST_F(HostileImagesTest, AFileThatMayNotBeRead) {
  if (::geteuid() == 0) GTEST_SKIP() << "root may read every file";
  const fs::path path = images_ / "secret.png";
  write(path, encode_as(quadrant_image(48, 32), ".png"));
  fs::permissions(path, fs::perms::none);
  const ProcessResult result = query(path);
  EXPECT_EQ(result.code, 6);
  EXPECT_THAT(result.err, HasSubstr("secret.png"));
}

class HostileCorpusTest : public HostileImagesTest {
 protected:
  // With the full amount all of the corpus; else those that the seed draws.
  std::vector<HostileFile> drawn_corpus() const {
    std::vector<HostileFile> corpus = hostile_corpus();
    std::mt19937_64 random(fault_run().seed);
    std::erase_if(corpus, [&](const HostileFile& file) {
      const std::uint64_t one_of = file.heavy ? amount(1000, 5, 1) : amount(20, 2, 1);
      return random() % one_of != 0;
    });
    return corpus;
  }

  // In another process: see hostile_file.cpp.
  void make(const HostileFile& file) const {
    if (!file.heavy) return file.make(images_ / file.name);
    const ProcessResult result =
        run_process({SIMDB_HOSTILE_FILE, file.name, (images_ / file.name).string()});
    ASSERT_EQ(result.code, 0) << file.name << ": " << result.err;
  }

  void query_each(std::span<const HostileFile> corpus) {
    for (const HostileFile& file : corpus) {
      const fs::path path = images_ / file.name;
      make(file);
      const ProcessResult result = query(path);
      expect_verdict(file, result);
      result.code == 0 ? ++answered : ++refused;
      seconds.see(result.cpu_seconds, file.name);
      memory.see(static_cast<double>(result.peak_memory_bytes), file.name);
      if (kMeasures) {
        EXPECT_LE(result.cpu_seconds, kMaxSeconds) << file.name;
        EXPECT_LE(result.peak_memory_bytes, kMaxMemory) << file.name;
      }
      if (file.heavy) {
        std::printf("%-40s code %d  %.2f s  %4.0f MB\n", file.name.c_str(), result.code,
                    result.cpu_seconds, static_cast<double>(result.peak_memory_bytes) / 1e6);
        std::fflush(stdout);
      }
    }
  }

  // Adds the folder and counts what became of each file.
  void import_all(std::span<const HostileFile> corpus) {
    const ProcessResult result =
        simdb({"add", "--by-folder", "corpus", "--classes", "top", "--json"});
    EXPECT_EQ(result.code, 4) << result.err;
    std::set<std::string> added;
    std::istringstream lines(result.out);
    for (std::string line; std::getline(lines, line);) {
      const auto entry = nlohmann::json::parse(line);
      if (entry.contains("new_class")) continue;
      const std::string path = entry["path"];
      added.insert(plain_part(path.substr(path.rfind('/') + 1)));
    }
    std::set<std::string> failed;
    std::istringstream errors(result.err);
    for (std::string line; std::getline(errors, line);) {
      if (line.starts_with("added ") || line.find("more duplicates") != std::string::npos) continue;
      if (line.find(" is another file with the pixels of ") != std::string::npos) continue;
      const std::size_t name = line.rfind("corpus/images/");
      EXPECT_TRUE(line.starts_with("simdb: ") && name != std::string::npos)
          << "a library's words, between simdb's or in the middle of them: " << line;
      if (name != std::string::npos) failed.insert(plain_part(line.substr(name + 14)));
    }
    std::size_t expected = 0;
    for (const HostileFile& file : corpus) {
      std::error_code ignored;  // of a link to itself
      if (fs::is_directory(images_ / file.name, ignored)) continue;
      ++expected;
      const std::string plain = plain_part(file.name);
      EXPECT_NE(added.contains(plain), failed.contains(plain)) << file.name;
      if (file.verdict == Verdict::kTaken) {
        EXPECT_TRUE(added.contains(plain)) << file.name;
      }
      if (file.verdict == Verdict::kRefused) {
        EXPECT_FALSE(added.contains(plain)) << file.name;
      }
    }
    EXPECT_EQ(added.size() + failed.size(), expected);
    EXPECT_THAT(result.err, HasSubstr(std::to_string(failed.size()) + " could not be used"));
    EXPECT_TRUE(is_harmless(result.err));  // the output is JSON, for programs
    EXPECT_EQ(simdb({"verify"}).code, 0);
  }

  // With the limits lifted a small file must break both bounds, or they are not measured.
  void see_what_happens_without_limits() {
    const std::vector<std::string> lifted = {"--image-limit",  "megapixels=1000", "--image-limit",
                                             "memory-mb=9000", "--image-limit",   "seconds=100"};
    const auto query_lifted = [&](const fs::path& path) {
      std::vector<std::string> args = {"query", path.string()};
      args.insert(args.end(), lifted.begin(), lifted.end());
      return simdb(args);
    };
    write(images_ / "control.png", make_png_bomb(14000, 14000));
    const ProcessResult bomb = query_lifted(images_ / "control.png");
    EXPECT_EQ(bomb.code, 0) << bomb.err;
    EXPECT_GT(bomb.peak_memory_bytes, kMaxMemory);
    const std::vector<HostileFile> corpus = hostile_corpus();
    const auto blocks = std::find_if(corpus.begin(), corpus.end(), [](const HostileFile& file) {
      return file.name.ends_with("-empty-blocks.png");
    });
    ASSERT_NE(blocks, corpus.end());
    make(*blocks);
    const ProcessResult slow = query_lifted(images_ / blocks->name);
    EXPECT_EQ(slow.code, 0) << slow.err;
    EXPECT_GT(slow.cpu_seconds, kMaxSeconds);
    control = std::to_string(bomb.peak_memory_bytes / 1'000'000) + " MB and " +
              std::to_string(slow.cpu_seconds).substr(0, 3) + " s without the limits";
  }

  std::uint64_t answered = 0;
  std::uint64_t refused = 0;
  Worst seconds;
  Worst memory;
  std::string control;
};

TEST_F(HostileCorpusTest, EachIsAnsweredOrRefusedWithinBoundsAndAFolderOfThemImported) {
  ASSERT_GE(hostile_corpus().size(), 120U);
  std::vector<HostileFile> corpus = drawn_corpus();
  query_each(corpus);
  import_all(corpus);
  if (kMeasures) see_what_happens_without_limits();
  std::printf("longest %.2f s: %s; largest %.0f MB: %s\n", seconds.value, seconds.name.c_str(),
              memory.value / 1e6, memory.name.c_str());
  if (testing::UnitTest::GetInstance()->failed_test_count() > 0 || HasFailure()) return;
  std::ostringstream found;
  found.precision(2);
  found << answered << " answered, " << refused << " refused; at most " << std::fixed
        << seconds.value << " s and " << std::llround(memory.value / 1e6)
        << " MB; imported as a folder";
  record({"F9", grouped(corpus.size()) + " hostile files", found.str(), control});
}

}  // namespace
}  // namespace simdb::test
