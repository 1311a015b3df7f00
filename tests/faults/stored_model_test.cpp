// A database runs the encoder that it was made with, byte for byte, or none.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <random>

#include "simdb/database.h"
#include "simdb/digest.h"
#include "tests/storage/raw_store.h"
#include "tests/support/fault_run.h"
#include "tests/support/hostile_models.h"
#include "tests/support/models.h"
#include "tests/support/run_process.h"
#include "tests/support/temporary_folder.h"

namespace simdb::test {
namespace {

namespace fs = std::filesystem;

std::string text_of(const std::vector<std::byte>& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

class StoredModelTest : public testing::Test {
 protected:
  void SetUp() override {
    std::ofstream(folder_ / "net.onnx", std::ios::binary) << model_;
    ASSERT_EQ(simdb({"sample-data", "shapes", "--count", "2"}).code, 0);
    ASSERT_EQ(simdb({"init", "--encoder", "net.onnx"}).code, 0);
    ASSERT_EQ(simdb({"add", "--by-folder", "shapes"}).code, 0);
    for (const auto& entry : fs::recursive_directory_iterator(folder_ / "shapes")) {
      if (entry.is_regular_file()) image_ = entry.path();
    }
    ASSERT_EQ(simdb({"query", image_}).code, 0);
  }

  ProcessResult simdb(std::vector<std::string> words, const std::string& db = "db") const {
    words.insert(words.begin(), SIMDB_PROGRAM);
    ProcessOptions options;
    options.folder = folder_.path();
    options.environment["SIMDB_DB"] = folder_ / db;
    return run_process(words, options);
  }

  void store(const std::string& model) const {
    RawStore(folder_ / "db" / "store").put("models", digest(model_), model);
  }
  static std::string digest(const std::string& text) {
    return to_hex(sha256(std::as_bytes(std::span(text))));
  }
  // Each way to use the encoder ends with `code`; what it said.
  void expect_refused(const std::string& what, const std::string& model) const {
    for (const std::vector<std::string>& command : {std::vector<std::string>{"query", image_},
                                                    {"add", "new", image_},
                                                    {"compare", image_, image_},
                                                    {"embed", image_},
                                                    {"eval", "shapes"},
                                                    {"backup", "saved"},
                                                    {"verify"}}) {
      const ProcessResult result = simdb(command);
      EXPECT_EQ(result.code, 5) << what << ", " << command[0] << ": " << result.err;
      const std::string said = result.out + result.err;
      EXPECT_NE(said.find(digest(model_)), std::string::npos) << command[0] << ": " << said;
      EXPECT_NE(said.find(digest(model)), std::string::npos) << command[0] << ": " << said;
    }
    EXPECT_FALSE(fs::exists(folder_ / "saved"));
  }

  std::string image_;
  std::string model_ = text_of(random_model_file(16, 1));
  TemporaryFolder folder_;
};

TEST_F(StoredModelTest, AFlippedBitIsRefusedAtEveryUse) {
  std::mt19937_64 random(fault_run().seed);
  for (std::uint64_t i = 0; i < amount(1, 1, 25); ++i) {
    std::string flipped = model_;
    flipped[random() % flipped.size()] ^= static_cast<char>(1 << random() % 8);
    store(flipped);
    expect_refused("flip " + std::to_string(i), flipped);
  }
  store(model_);  // the control: it is the flip that was refused
  EXPECT_EQ(simdb({"query", image_}).code, 0);
  EXPECT_EQ(simdb({"verify"}).code, 0);
}

TEST_F(StoredModelTest, AnotherModelIsRefusedThoughItIsSound) {
  const std::string other = text_of(random_model_file(16, 2));
  store(other);
  expect_refused("swapped", other);
}

TEST_F(StoredModelTest, VectorsOfAnotherModelAreRefused) {
  const std::string other = text_of(random_model_file(16, 2));
  std::ofstream(folder_ / "other.onnx", std::ios::binary) << other;
  ASSERT_EQ(simdb({"init", "--encoder", "other.onnx"}, "db2").code, 0);
  std::ofstream(folder_ / "items.jsonl", std::ios::binary) << simdb({"export"}).out;
  const ProcessResult result = simdb({"import", "items.jsonl"}, "db2");
  EXPECT_EQ(result.code, 4) << result.err;
  for (const std::string& model : {model_, other}) {
    EXPECT_NE(result.err.find(digest(model).substr(0, 12)), std::string::npos) << result.err;
  }
  EXPECT_EQ(simdb({"import", "items.jsonl"}).code, 0);  // the control: its own take them
}

// Every way in which a model comes in. What it would do: fill the memory of the process that reads
// it.
TEST_F(StoredModelTest, AHostileModelComesInByNoDoor) {
  const auto all = hostile_models();
  std::mt19937 random(1);
  const std::vector<std::byte> hostile =
      std::ranges::find(all, "constants that double", &HostileModel::name)->make(random);
  std::ofstream(folder_ / "hostile.onnx", std::ios::binary) << text_of(hostile);
  Database::create(folder_ / "made", hostile, 16).back_up(folder_ / "hostile.backup");
  for (const std::vector<std::string>& command :
       {std::vector<std::string>{"init", "--encoder", "hostile.onnx", "--db", "new"},
        {"init", "--backbone", "hostile.onnx", "--mean-std", "none", "--db", "new"},
        {"eval", "shapes", "--encoder", "hostile.onnx"},
        {"embed", image_, "--encoder", "hostile.onnx"},
        {"compare", image_, image_, "--encoder", "hostile.onnx"},
        {"restore", "hostile.backup", "--db", "new"}}) {
    const ProcessResult result = simdb(command);
    EXPECT_EQ(result.code, 4) << command[0] << ": " << result.err;
    EXPECT_THAT(result.err, testing::HasSubstr("tried out in a process of its own")) << command[0];
    EXPECT_FALSE(fs::exists(folder_ / "new")) << command[0];
  }
  // The control: another one comes in by the same ways.
  ASSERT_EQ(simdb({"backup", "sound.backup"}).code, 0);
  EXPECT_EQ(simdb({"restore", "sound.backup", "--db", "new"}).code, 0);
}

}  // namespace
}  // namespace simdb::test
