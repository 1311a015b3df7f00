// simdb reembed with the real program.
#include <gmock/gmock.h>

#include <csignal>
#include <filesystem>

#include "tests/integration/cli_fixture.h"
#include "tests/support/models.h"

namespace simdb {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using test::ProcessResult;
using ::testing::AllOf;
using ::testing::HasSubstr;

constexpr std::size_t kImages = 36;

class CliReembedTest : public test::CliTest {
 protected:
  void SetUp() override {
    CliTest::SetUp();
    write("other.onnx", test::random_model_file(32, 2));
    write("third.onnx", test::random_model_file(16, 3));
    ASSERT_EQ(simdb({"add", "--by-folder", "shapes"}).code, 0);
    ASSERT_EQ(items(), kImages);
  }
  ProcessResult reembed(std::vector<std::string> more, const std::string& encoder = "other.onnx") {
    more.insert(more.begin(), {"reembed", "--encoder", encoder});
    return simdb(more);
  }
  json reembed_json(std::vector<std::string> more, const std::string& encoder = "other.onnx") {
    more.emplace_back("--json");
    return json_lines(reembed(more, encoder).out).at(0);
  }
  json stats() const { return json_lines(simdb({"stats", "--json"}).out).at(0); }
  std::string list() const { return simdb({"ls", "--json"}).out; }
  // Everything that queries say of the held-out images.
  std::string answers(const std::string& db = "db") const {
    return simdb({"query", "held_out", "--json", "--db", path(db)}).out;
  }
  void expect_sound() const {
    const ProcessResult verified = simdb({"verify", "--deep"});
    EXPECT_EQ(verified.code, 0) << verified.out << verified.err;
  }
};

TEST_F(CliReembedTest, TheDatabaseAnswersAsOneThatWasMadeWithTheEncoder) {
  ASSERT_EQ(simdb({"init", "--encoder", "other.onnx", "--db", path("fresh")}).code, 0);
  ASSERT_EQ(simdb({"add", "--by-folder", "shapes", "--db", path("fresh")}).code, 0);
  const std::string before = list();
  ASSERT_NE(answers(), answers("fresh"));
  const ProcessResult result = reembed({});
  ASSERT_EQ(result.code, 0) << result.err;
  EXPECT_THAT(result.out, AllOf(HasSubstr("embedded 36 items"), HasSubstr("32 dimensions"),
                                HasSubstr("accuracy before"), HasSubstr("McNemar")));
  EXPECT_EQ(list(), before);
  EXPECT_EQ(answers(), answers("fresh"));
  EXPECT_EQ(stats()["dimension"], 32);
  expect_sound();
  EXPECT_EQ(reembed({}).code, 2);
  EXPECT_THAT(reembed({}).err, HasSubstr("has this encoder already"));
  // It goes on as any other.
  EXPECT_EQ(simdb({"add", "--by-folder", "held_out"}).code, 0);
  expect_sound();
}

TEST_F(CliReembedTest, NoSwitchOnlyPrepares) {
  const std::string before = answers();
  const json prepared = reembed_json({"--no-switch"});
  EXPECT_EQ(prepared["embedded"], kImages);
  EXPECT_EQ(prepared["switched"], false);
  EXPECT_EQ(prepared["comparison"]["asked"], kImages);
  EXPECT_EQ(answers(), before);
  EXPECT_EQ(simdb({"rm", "1"}).code, 0);
  EXPECT_EQ(simdb({"add", "new", "held_out", "--on-duplicate", "add"}).code, 0);
  const std::size_t present = items();
  const json switched = reembed_json({});
  EXPECT_EQ(switched["embedded"], present - (kImages - 1));
  EXPECT_EQ(switched["switched"], true);
  EXPECT_EQ(switched["items"], present);
  EXPECT_NE(switched["encoder"], switched["encoder_before"]);
  EXPECT_EQ(items(), present);
  expect_sound();
}

TEST_F(CliReembedTest, MissingImagesPreventTheSwitch) {
  fs::create_directory(path("moved"));
  const auto files = json_lines(list());
  const auto source = [&](std::size_t i) { return files[i]["source"].get<std::string>(); };
  fs::rename(source(3), path("moved/a.png"));
  fs::remove(source(7));
  const ProcessResult refused = reembed({});
  EXPECT_EQ(refused.code, 3) << refused.err;
  EXPECT_THAT(refused.err, AllOf(HasSubstr(source(3)), HasSubstr("2 of 36 items"),
                                 HasSubstr("--images DIR"), HasSubstr("--drop-missing")));
  EXPECT_EQ(stats()["dimension"], 16);
  // What was found by then is not embedded again.
  const json found = reembed_json({"--images", "moved"});
  EXPECT_EQ(found["embedded"], 1);
  EXPECT_EQ(found["switched"], false);
  EXPECT_EQ(found["without_image"], json::array({files[7]["id"]}));
  EXPECT_EQ(reembed({"--no-switch"}).code, 3);
  const json dropped = reembed_json({"--drop-missing"});
  EXPECT_EQ(dropped["dropped"], 1);
  EXPECT_EQ(dropped["switched"], true);
  EXPECT_EQ(items(), kImages - 1);
  EXPECT_EQ(simdb({"ls", "--json"}).out.find(source(7)), std::string::npos);
  expect_sound();
}

TEST_F(CliReembedTest, KeptImagesNeedNoFiles) {
  ASSERT_EQ(simdb({"init", "--encoder", "net.onnx", "--keep-images", "--db", path("keeps")}).code,
            0);
  ASSERT_EQ(simdb({"add", "--by-folder", "shapes", "--db", path("keeps")}).code, 0);
  ASSERT_EQ(reembed({}).code, 0);
  fs::remove_all(path("shapes"));
  const ProcessResult result = reembed({"--db", path("keeps")});
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_EQ(answers("keeps"), answers());
  EXPECT_EQ(simdb({"verify", "--db", path("keeps")}).code, 0);
}

TEST_F(CliReembedTest, NotAllItemsAreDropped) {
  fs::rename(path("shapes"), path("elsewhere"));
  const ProcessResult refused = reembed({"--drop-missing"});
  EXPECT_EQ(refused.code, 3) << refused.err;
  EXPECT_THAT(refused.err, AllOf(HasSubstr("nothing is dropped"), HasSubstr("and 16 more")));
  EXPECT_EQ(items(), kImages);
  EXPECT_EQ(reembed({"--images", "elsewhere"}).code, 0);
  EXPECT_EQ(items(), kImages);
  EXPECT_EQ(stats()["dimension"], 32);
}

TEST_F(CliReembedTest, TheFormerEncoderComesBack) {
  const std::string before = answers();
  EXPECT_EQ(simdb({"reembed", "--roll-back"}).code, 3);
  ASSERT_EQ(reembed({"--keep-old"}).code, 0);
  EXPECT_NE(answers(), before);
  ASSERT_EQ(simdb({"add", "later", "held_out", "--on-duplicate", "add"}).code, 0);
  expect_sound();
  const ProcessResult back = simdb({"reembed", "--roll-back", "--keep-old", "--json"});
  ASSERT_EQ(back.code, 0) << back.err;
  EXPECT_EQ(json_lines(back.out).at(0)["embedded"], items() - kImages);
  EXPECT_EQ(stats()["dimension"], 16);
  ASSERT_EQ(simdb({"rm", "--class", "later"}).code, 0);
  EXPECT_EQ(answers(), before);
  expect_sound();
  // Both are there now; the one that is not in use can go.
  const ProcessResult discarded = simdb({"reembed", "--discard"});
  EXPECT_EQ(discarded.code, 0) << discarded.err;
  EXPECT_THAT(discarded.out, HasSubstr("36 of 36 items"));
  EXPECT_EQ(simdb({"reembed", "--discard"}).code, 3);
  EXPECT_EQ(simdb({"reembed", "--roll-back"}).code, 3);
  EXPECT_EQ(answers(), before);
  expect_sound();
}

TEST_F(CliReembedTest, AnotherEncoderBeginsAnew) {
  ASSERT_EQ(reembed({"--no-switch"}).code, 0);
  const ProcessResult third = reembed({}, "third.onnx");
  EXPECT_EQ(third.code, 0);
  EXPECT_THAT(third.err, HasSubstr("drops the embeddings of 36 of 36 items"));
  EXPECT_EQ(stats()["dimension"], 16);
  expect_sound();
}

TEST_F(CliReembedTest, WhatWasMadeForTheEncoderFollows) {
  ASSERT_EQ(simdb({"calibrate", "held_out", "--alpha", "0.3"}).code, 0);
  const json before = stats()["calibration"];
  const ProcessResult result = reembed({});
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_THAT(result.err, HasSubstr("held-out images"));
  EXPECT_FALSE(stats()["calibration"].is_null());
  const ProcessResult query = simdb({"query", "held_out", "--alpha", "0.3", "--json"});
  EXPECT_EQ(query.err, "");
  EXPECT_EQ(json_lines(query.out).at(0)["calibrated"], true);
  // As `calibrate` itself would have made it.
  const json renewed = stats()["calibration"];
  ASSERT_EQ(simdb({"calibrate", "--alpha", "0.3"}).code, 0);
  EXPECT_EQ(stats()["calibration"], renewed);
}

TEST_F(CliReembedTest, AnInterruptedRunGoesOn) {
  ASSERT_EQ(simdb({"sample-data", "many", "--count", "100"}).code, 0);
  ASSERT_EQ(simdb({"add", "--by-folder", "many"}).code, 0);
  const std::size_t all = items();
  int interrupted = 0;
  for (int i = 0; i < 12; ++i) {
    const ProcessResult result =
        simdb({"reembed", "--encoder", "other.onnx", "--no-switch"},
              {.signal = SIGINT, .signal_after = std::chrono::milliseconds(10 + 15 * i)});
    interrupted += result.code == 130 ? 1 : 0;
    ASSERT_THAT(result.code, ::testing::AnyOf(0, 130)) << result.err;
    EXPECT_EQ(stats()["dimension"], 16);
  }
  EXPECT_GT(interrupted, 0);
  const json last = reembed_json({});
  EXPECT_EQ(last["switched"], true);
  EXPECT_EQ(items(), all);
  expect_sound();
}

TEST_F(CliReembedTest, ABackupHasTheEncoderInUse) {
  ASSERT_EQ(reembed({"--keep-old"}).code, 0);
  ASSERT_EQ(simdb({"backup", path("file")}).code, 0);
  ASSERT_EQ(simdb({"restore", path("file"), "--db", path("restored")}).code, 0);
  EXPECT_EQ(answers("restored"), answers());
  EXPECT_EQ(simdb({"verify", "--db", path("restored")}).code, 0);
  EXPECT_EQ(simdb({"reembed", "--roll-back", "--db", path("restored")}).code, 0);
  EXPECT_NE(answers("restored"), answers());
}

TEST_F(CliReembedTest, WrongInputIsRefused) {
  const std::vector<std::vector<std::string>> usage = {
      {},
      {"--encoder", "other.onnx", "--roll-back"},
      {"--discard", "--roll-back"},
      {"--discard", "--keep-old"},
      {"--roll-back", "--dim", "16"},
      {"--encoder", "other.onnx", "--no-switch", "--keep-old"},
      {"--encoder", "other.onnx", "--no-switch", "--drop-missing"},
      {"--encoder", "net.onnx"},
      {"other.onnx"},
  };
  for (auto args : usage) {
    args.insert(args.begin(), "reembed");
    EXPECT_EQ(simdb(args).code, 2) << json(args);
  }
  write("no model.onnx", std::string("x"));
  EXPECT_EQ(reembed({}, "no model.onnx").code, 4);
  EXPECT_EQ(reembed({}, "nowhere.onnx").code, 3);
  EXPECT_EQ(reembed({"--images", "nowhere"}).code, 3);
  EXPECT_EQ(reembed({"--images", "net.onnx"}).code, 3);
  fs::create_directory(path("nothing"));
  EXPECT_EQ(reembed({"--images", "nothing"}).code, 4);
  EXPECT_EQ(simdb({"init", "--space", "clip", "--dimension", "4", "--db", path("space")}).code, 0);
  const ProcessResult space = reembed({"--db", path("space")});
  EXPECT_EQ(space.code, 2);
  EXPECT_THAT(space.err, HasSubstr("space 'clip'"));
  EXPECT_EQ(stats()["dimension"], 16);
  expect_sound();
}

TEST_F(CliReembedTest, AnEmptyDatabaseGetsTheEncoderToo) {
  ASSERT_EQ(simdb({"init", "--encoder", "net.onnx", "--db", path("empty")}).code, 0);
  EXPECT_EQ(reembed({"--db", path("empty")}).code, 0);
  EXPECT_EQ(json_lines(simdb({"stats", "--json", "--db", path("empty")}).out).at(0)["dimension"],
            32);
  EXPECT_EQ(simdb({"verify", "--db", path("empty")}).code, 0);
}

}  // namespace
}  // namespace simdb
