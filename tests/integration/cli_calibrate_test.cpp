// simdb calibrate, and what other commands make of it, with the real program.
#include <gmock/gmock.h>

#include <chrono>
#include <cmath>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <random>

#include "core/file_io.h"
#include "encoder/model/trained_on.h"
#include "tests/integration/cli_fixture.h"
#include "tests/support/models.h"

namespace simdb {
namespace {

using nlohmann::json;
using test::ProcessResult;
using ::testing::HasSubstr;
using ::testing::StartsWith;

// A database of vectors on a circle.
class CliCalibrateTest : public test::CliTest {
 protected:
  void SetUp() override {
    ASSERT_EQ(simdb({"init", "--space", "circle", "--dimension", "2", "--db", path("db")}).code, 0);
    add("a", 0, 30);
    add("b", 90, 30);
  }

  // Items at `degrees`, `degrees` + 0.1, ...
  ProcessResult add(const std::string& name, double degrees, int count) {
    std::string lines = R"({"simdb_export": 1, "dimension": 2, "encoder": "", "space": "circle"})";
    for (int i = 0; i < count; ++i) {
      lines += "\n" + json{{"class", name}, {"vector", vector_at(degrees + i / 10.0)}}.dump();
    }
    write("items.jsonl", lines + "\n");
    return simdb({"import", "items.jsonl"});
  }
  static std::vector<double> vector_at(double degrees) {
    const double angle = degrees * std::acos(-1) / 180;
    return {std::cos(angle), std::sin(angle)};
  }
  ProcessResult query(double degrees, std::vector<std::string> more = {}) const {
    write("query.jsonl", json(vector_at(degrees)).dump() + "\n");
    more.insert(more.begin(), {"query", "--vectors", "query.jsonl"});
    return simdb(more);
  }
  json query_json(double degrees, std::vector<std::string> more = {}) const {
    more.emplace_back("--json");
    return json_lines(query(degrees, more).out).at(0);
  }
  std::string calibration() const { return (folder_ / "db" / "calibration").string(); }
};

TEST_F(CliCalibrateTest, WithoutACalibrationTheNearestSimilarityDecides) {
  const ProcessResult text = query(45);
  EXPECT_THAT(text.out, StartsWith("a  "));
  EXPECT_EQ(text.err, "");  // the advice is for a terminal
  const json answer = query_json(45);
  EXPECT_EQ(answer["decision"], "uncalibrated");
  EXPECT_EQ(answer["calibrated"], false);
  EXPECT_FALSE(answer.contains("possible"));
  EXPECT_EQ(query_json(45, {"--accept", "0.9"})["decision"], "unknown");
  EXPECT_EQ(query(45, {"--accept", "0.1"}).err, "");
}

TEST_F(CliCalibrateTest, QueryDecidesByPValues) {
  const ProcessResult calibrated = simdb({"calibrate"});
  ASSERT_EQ(calibrated.code, 0) << calibrated.err;
  EXPECT_THAT(calibrated.out, HasSubstr("calibrated by their items         2"));
  EXPECT_THAT(calibrated.out, HasSubstr("0 of 60"));

  EXPECT_THAT(query(1).out, StartsWith("a  100.0 %, p "));
  EXPECT_THAT(query(45).out, StartsWith("unknown (nearest class a"));
  EXPECT_EQ(query(45).err, "");
  json answer = query_json(1);
  EXPECT_EQ(answer["decision"], "known");
  EXPECT_EQ(answer["accepted"], true);
  EXPECT_EQ(answer["calibrated"], true);
  EXPECT_EQ(answer["alpha"], 0.05);
  ASSERT_EQ(answer["possible"].size(), 1U);
  EXPECT_EQ(answer["possible"][0]["class"], "a");
  EXPECT_EQ(answer["possible"][0]["calibrated_by"], "items");
  EXPECT_GT(answer["possible"][0]["p"], 0.05);
  EXPECT_EQ(query_json(45)["decision"], "unknown");
  EXPECT_EQ(query_json(45)["accepted"], false);
  // The explicit override.
  EXPECT_EQ(query_json(45, {"--accept", "0.5"})["decision"], "known");
  EXPECT_EQ(query(45, {"--alpha", "2"}).code, 2);
  // At 1 % none of the classes has enough items.
  EXPECT_EQ(query_json(45, {"--alpha", "0.01"})["decision"], "uncalibrated");
}

TEST_F(CliCalibrateTest, TheCalibrationFollowsTheDatabase) {
  ASSERT_EQ(simdb({"calibrate"}).code, 0);
  EXPECT_EQ(query_json(1)["decision"], "known");
  EXPECT_EQ(add("c", 0.05, 30).err, "");
  EXPECT_EQ(query_json(1)["decision"], "ambiguous");
  EXPECT_THAT(query(1).out, AllOf(StartsWith("ambiguous: "), HasSubstr(" %, p ")));
  ASSERT_EQ(simdb({"rm", "--class", "c"}).code, 0);
  EXPECT_EQ(query_json(1)["decision"], "known");
  ASSERT_EQ(simdb({"mv", "--class", "a", "d"}).code, 0);
  EXPECT_EQ(query_json(1)["possible"][0]["class"], "d");
  // What a command brought up to date is what computing it makes.
  const auto bytes = [&] {
    std::ifstream file(calibration(), std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(file), {});
  };
  const json kept = json_lines(simdb({"stats", "--json"}).out).at(0)["calibration"];
  const std::string before = bytes();
  ASSERT_EQ(simdb({"calibrate"}).code, 0);
  EXPECT_EQ(kept["classes"],
            json_lines(simdb({"stats", "--json"}).out).at(0)["calibration"]["classes"]);
  EXPECT_EQ(before.size(), bytes().size());
}

TEST_F(CliCalibrateTest, ADamagedOrNewerFileIsNamedAndNotUsed) {
  ASSERT_EQ(simdb({"calibrate"}).code, 0);
  std::filesystem::resize_file(calibration(), 100);
  const ProcessResult damaged = query(45);
  EXPECT_EQ(damaged.code, 0);
  EXPECT_THAT(damaged.err, HasSubstr("is damaged"));
  EXPECT_EQ(query_json(45)["calibrated"], false);
  const ProcessResult added = add("c", 20, 1);
  EXPECT_EQ(added.code, 0);
  EXPECT_THAT(added.err, HasSubstr("was not brought up to date"));
  const ProcessResult verified = simdb({"verify"});
  EXPECT_EQ(verified.code, 5);
  EXPECT_THAT(verified.out, AllOf(HasSubstr("is damaged"), HasSubstr("'simdb calibrate'")));
  ASSERT_EQ(simdb({"calibrate"}).code, 0);
  EXPECT_EQ(query_json(45)["calibrated"], true);
  EXPECT_EQ(simdb({"verify"}).code, 0);
}

TEST_F(CliCalibrateTest, AKilledCommandLeavesAWholeCalibration) {
  ASSERT_EQ(simdb({"calibrate"}).code, 0);
  int killed = 0;
  for (int i = 0; i < 30; ++i) {
    const std::vector<std::string> command =
        i % 2 == 0 ? std::vector<std::string>{"calibrate"}
                   : std::vector<std::string>{"mv", std::to_string(1 + i), "b"};
    const ProcessResult result =
        simdb(command, {.signal = SIGKILL, .signal_after = std::chrono::milliseconds(2 + i)});
    killed += result.code == 128 + SIGKILL ? 1 : 0;
    const ProcessResult answer = query(120);
    ASSERT_EQ(answer.code, 0) << answer.err;
    EXPECT_EQ(answer.err, "");
  }
  EXPECT_GT(killed, 5);
  const json kept = query_json(120);
  ASSERT_EQ(simdb({"calibrate"}).code, 0);
  EXPECT_EQ(kept, query_json(120));
  for (const auto& entry : std::filesystem::directory_iterator(folder_ / "db")) {
    EXPECT_THAT(entry.path().string(), ::testing::Not(HasSubstr(".tmp.")));
  }
}

TEST_F(CliCalibrateTest, GroupsAreKept) {
  // 60 frames of one film calibrate nothing.
  std::vector<std::string> set = {"set"};
  for (int id = 1; id <= 60; ++id) set.push_back(std::to_string(id));
  set.emplace_back("film=1");
  ASSERT_EQ(simdb(set).code, 0);
  ASSERT_EQ(simdb({"calibrate", "--group-by", "film"}).code, 0);
  EXPECT_EQ(query_json(1)["decision"], "uncalibrated");
  add("a", 1, 1);
  EXPECT_EQ(query_json(1)["decision"], "uncalibrated");
  ASSERT_EQ(simdb({"calibrate"}).code, 0);
  EXPECT_EQ(query_json(1)["decision"], "known");
}

TEST_F(CliCalibrateTest, AnEmptyDatabaseHasNothingToCalibrate) {
  ASSERT_EQ(simdb({"rm", "--class", "a"}).code, 0);
  ASSERT_EQ(simdb({"rm", "--class", "b"}).code, 0);
  EXPECT_EQ(simdb({"calibrate"}).code, 4);
}

// With images and an encoder.
class CliHeldOutTest : public test::CliTest {};

TEST_F(CliHeldOutTest, HeldOutImagesCalibrateTheirClasses) {
  ASSERT_EQ(simdb({"add", "--by-folder", "shapes"}).code, 0);
  const ProcessResult result = simdb({"calibrate", "held_out", "--alpha", "0.4", "--json"});
  ASSERT_EQ(result.code, 0) << result.err;
  const json line = json_lines(result.out).at(0);
  EXPECT_GT(line["classes"]["by_held_out"], 0);
  EXPECT_GT(line["held_out_rejected"]["of"], 0);
  // Items tell nothing about images that were held out.
  EXPECT_EQ(simdb({"calibrate", "shapes"}).code, 4);
  EXPECT_THAT(simdb({"calibrate", "shapes"}).err, HasSubstr("has as items"));
}

TEST_F(CliHeldOutTest, ImagesThatTheEncoderWasTrainedOnDoNotCalibrate) {
  std::vector<Sha256> digests;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(path("shapes"))) {
    if (entry.is_regular_file()) digests.push_back(sha256(read_file(entry.path(), 1'000'000)));
  }
  EncoderModel model = test::random_model(16, 1);
  const auto calibrated = [&](const std::string& name) {
    write("noted.onnx", write_onnx_model(model));
    EXPECT_EQ(simdb({"init", "--encoder", "noted.onnx", "--db", name}).code, 0);
    EXPECT_EQ(simdb({"add", "--by-folder", "shapes", "--db", name}).code, 0);
    const ProcessResult result = simdb({"calibrate", "--alpha", "0.25", "--json", "--db", name});
    EXPECT_EQ(result.code, 0) << result.err;
    return json_lines(result.out).at(0)["classes"];
  };
  EXPECT_EQ(calibrated("without")["uncalibrated"], 0);
  model.notes["trained_on"] = trained_on_note(digests);
  const json classes = calibrated("with");
  EXPECT_EQ(classes["by_items"], 0);
  EXPECT_GT(classes["uncalibrated"], 0);
}

}  // namespace
}  // namespace simdb
