// Bad input: a message that names it, the right exit code, and nothing lost.
#include <gmock/gmock.h>
#include <signal.h>
#include <sys/stat.h>

#include <filesystem>

#include "tests/integration/cli_fixture.h"
#include "tests/support/images.h"
#include "tests/support/process.h"

namespace simdb::test {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

class CliBadInputTest : public CliTest {
 protected:
  void SetUp() override {
    CliTest::SetUp();
    ASSERT_EQ(simdb({"add", "red", "shapes/red"}).code, 0);
  }
  void TearDown() override { EXPECT_EQ(items(), 12U) << "something was lost or added"; }

  // Expects that the command fails with `code` and says `message`, quickly.
  void expect_failure(std::vector<std::string> args, int code, const std::string& message) {
    const ProcessResult result = simdb(std::move(args), {.timeout = std::chrono::seconds(20)});
    EXPECT_EQ(result.code, code) << result.err;
    EXPECT_THAT(result.err, HasSubstr(message));
  }
};

TEST_F(CliBadInputTest, MissingFile) {
  expect_failure({"query", "nowhere.png"}, 3, "nowhere.png");
  expect_failure({"add", "red", "nowhere.png"}, 3, "No such file");
}

TEST_F(CliBadInputTest, FolderWithoutImages) {
  std::filesystem::create_directory(path("empty"));
  expect_failure({"add", "red", "empty"}, 4, "no images in the folder empty");
  expect_failure({"add", "--by-folder", "empty"}, 4, "sub-folder");
  expect_failure({"eval", "empty"}, 4, "sub-folder");
}

TEST_F(CliBadInputTest, TextNamedPng) {
  write("text.png", std::string("this is no image"));
  expect_failure({"add", "red", "text.png"}, 4, "no PNG, JPEG, WebP, GIF, TIFF, BMP, HEIC or AVIF");
}

TEST_F(CliBadInputTest, TruncatedImages) {
  for (const std::string extension : {".png", ".jpg"}) {
    Bytes file = encode_as(noise_image(40, 30, 3, 1), extension);
    file.resize(file.size() / 2);
    write("cut" + extension, file);
    expect_failure({"add", "red", "cut" + extension}, 4, "truncated");
  }
}

TEST_F(CliBadInputTest, ZeroBytes) {
  write("zero.png", std::string());
  expect_failure({"query", "zero.png"}, 4, "the file is empty");
}

TEST_F(CliBadInputTest, Fifo) {
  ASSERT_EQ(::mkfifo(path("fifo.png").c_str(), 0600), 0);
  expect_failure({"query", "fifo.png"}, 4, "a FIFO");
}

TEST_F(CliBadInputTest, PngBomb) {
  const Bytes bomb = make_png_bomb(30000, 30000);
  ASSERT_LT(bomb.size(), 200000U);
  write("bomb.png", bomb);
  expect_failure({"add", "red", "bomb.png"}, 4, "30000 x 30000");
}

TEST_F(CliBadInputTest, SomeOfMany) {
  write("shapes/green/zzz.png", std::string("no image"));
  const ProcessResult result = simdb({"add", "green", "shapes/green"});
  EXPECT_EQ(result.code, 4);
  EXPECT_THAT(result.out, StartsWith("added 12 images, 1 could not be used\n"));
  EXPECT_THAT(result.err, HasSubstr("zzz.png"));
  EXPECT_EQ(simdb({"rm", "--class", "green"}).code, 0);
}

TEST_F(CliBadInputTest, HeicsOfAFolderAreTakenWhereTheyCanBeDecoded) {
  std::filesystem::create_directory(path("phone"));
  std::filesystem::copy_file(SIMDB_HEIF "/phone.heic", path("phone/a.heic"));
  write("phone/b.heic", std::string("\x7F...ftypheic....mif1heic"));
  write("phone/c.png", encode_as(noise_image(9, 9, 3, 1), ".png"));
  const ProcessResult result = simdb({"add", "phone", "phone"});
  EXPECT_EQ(result.code, 4);
  EXPECT_THAT(result.out, StartsWith(SIMDB_WITH_LIBHEIF ? "added 2 images, 1 could not be used\n"
                                                        : "added 1 image, 2 could not be used\n"));
  EXPECT_THAT(result.err, HasSubstr("phone/b.heic: "));
  EXPECT_EQ(simdb({"rm", "--class", "phone"}).code, 0);
}

TEST_F(CliBadInputTest, HeicAndAvifWithoutTheirDecoderAreNamedWithTheRemedy) {
  std::filesystem::create_directory(path("bin"));
  std::filesystem::copy_file(SIMDB_PROGRAM, path("bin/simdb"));
  for (const auto& [file, name] :
       {std::pair{"phone.heic", "HEIC"}, std::pair{"grid.avif", "AVIF"}}) {
    std::filesystem::copy_file(std::string(SIMDB_HEIF "/") + file, path(file));
    const ProcessResult result =
        run_process({path("bin/simdb"), "query", "--db", path("db"), path(file)},
                    {.environment = {{"PATH", "/nowhere"}}});
    EXPECT_EQ(result.code, 4);
    EXPECT_THAT(result.err,
                HasSubstr(std::string(file) + ": it is " + name + ", and simdb-decode-heif"));
    EXPECT_THAT(result.err, HasSubstr("scripts/setup.sh"));
    EXPECT_THAT(result.err, HasSubstr("heif-convert"));
  }
}

// libjpeg and OpenCV have words for them too, which name no file.
TEST_F(CliBadInputTest, OnlySimdbTellsOfDamagedImages) {
  Bytes jpeg = encode_as(noise_image(40, 30, 3, 1), ".jpg");
  jpeg.resize(jpeg.size() / 2);
  append(jpeg, to_bytes({0xFF, 0xD9}));
  write("half.jpg", jpeg);
  Bytes bmp = encode_as(noise_image(40, 30, 1, 1), ".bmp");
  bmp[47] = std::byte{2};  // colours in the palette: 512 and more
  write("odd.bmp", bmp);
  const ProcessResult result = simdb({"embed", "half.jpg", "odd.bmp"});
  EXPECT_EQ(result.code, 4);
  EXPECT_EQ(json_lines(result.out).size(), 1U);
  EXPECT_EQ(result.err, "simdb: can't use odd.bmp: the image data is damaged\n");
}

TEST_F(CliBadInputTest, UnknownClassOrItem) {
  expect_failure({"rm", "--class", "purple"}, 3, "no class 'purple'");
  expect_failure({"query", "--class", "purple", "shapes/red/circle_red_0.png"}, 3,
                 "no class 'purple'");
  expect_failure({"rm", "1", "999"}, 3, "no item 999; nothing was removed");
  expect_failure({"ls", "purple"}, 3, "no class 'purple'");
  expect_failure({"rm", "one"}, 2, "'one' is not an id");
}

TEST_F(CliBadInputTest, BadClassName) {
  expect_failure({"add", "", "shapes/red/circle_red_0.png"}, 4, "it is empty");
  expect_failure({"add", "a\nb", "shapes/red/circle_red_0.png"}, 4, "control character");
  expect_failure({"add", "\xFF", "shapes/red/circle_red_0.png"}, 4, "not valid UTF-8");
  expect_failure({"query", "--class", "", "shapes/red/circle_red_0.png"}, 4, "it is empty");
}

TEST_F(CliBadInputTest, WrongModelFile) {
  write("text.onnx", std::string("no model"));
  expect_failure({"init", "--encoder", "text.onnx", "--db", "other"}, 4, "text.onnx");
  expect_failure({"init", "--encoder", "nowhere.onnx", "--db", "other"}, 3, "nowhere.onnx");
  EXPECT_FALSE(std::filesystem::exists(path("other")));
  expect_failure({"init", "--encoder", "net.onnx"}, 2, path("db"));
}

TEST_F(CliBadInputTest, VectorsOfAnotherEncoder) {
  write("other.onnx", random_model_file(16, 2));
  ASSERT_EQ(simdb({"init", "--encoder", "other.onnx", "--db", "other"}).code, 0);
  ASSERT_EQ(simdb({"export", "-o", "red.jsonl"}).code, 0);
  expect_failure({"import", "red.jsonl", "--db", "other"}, 4, "belong to encoder");
}

TEST_F(CliBadInputTest, BadImportLine) {
  ASSERT_EQ(simdb({"export", "-o", "red.jsonl"}).code, 0);
  std::ofstream(path("red.jsonl"), std::ios::app) << "{\"class\": \"red\", \"vector\": [1, 2]}\n";
  expect_failure({"import", "red.jsonl"}, 4, "line 14");
}

TEST_F(CliBadInputTest, NoDatabase) {
  const ProcessResult result = simdb({"classes", "--db", "nowhere"});
  EXPECT_EQ(result.code, 3);
  EXPECT_THAT(result.err, HasSubstr("simdb init"));
}

// It is there, but not for everybody.
TEST_F(CliBadInputTest, ADatabaseWithoutPermissionIsNoMissingOne) {
  const auto expect_refusal = [&](std::vector<std::string> args) {
    const ProcessResult result = simdb_of_a_user(std::move(args));
    EXPECT_EQ(result.code, 6) << result.err;
    EXPECT_THAT(result.err,
                testing::AllOf(HasSubstr("Permission denied"), HasSubstr("check the permissions")));
  };
  std::filesystem::create_directories(path("project/below"));
  std::filesystem::copy(path("db"), path("project/.simdb"),
                        std::filesystem::copy_options::recursive);
  for (const std::string locked : {"project/.simdb", "project/.simdb/store", "project"}) {
    std::filesystem::permissions(path(locked), std::filesystem::perms::none);
    for (const std::string command : {"stats", "ls", "verify"}) {
      expect_refusal({command, "--db", "project/.simdb"});
    }
    expect_refusal({"verify", "--repair", "--db", "project/.simdb"});
    expect_refusal({"add", "red", "shapes/red", "--db", "project/.simdb"});
    expect_refusal({"backup", "file", "--db", "project/.simdb"});
    std::filesystem::permissions(path(locked), std::filesystem::perms::owner_all);
  }
}

TEST_F(CliBadInputTest, UnwritableOutput) {
  expect_failure({"embed", "shapes/red", "-o", "/nowhere/v.npy"}, 6, "/nowhere/v.npy");
  expect_failure({"export", "-o", "/dev/null"}, 6, "not a regular file");
  const ProcessResult full = simdb({"ls"}, {.out_file = "/dev/full"});
  EXPECT_EQ(full.code, 6);
  EXPECT_THAT(full.err, HasSubstr("can't write the output"));
}

TEST_F(CliBadInputTest, OptionsMayStandBeforeTheCommand) {
  EXPECT_EQ(simdb({"--db", "nowhere", "classes"}).code, 3);
  EXPECT_EQ(simdb({"--json", "--db=nowhere", "classes"}).code, 3);
  EXPECT_EQ(simdb({"--json", "--version"}).code, 0);
  expect_failure({"--db", "classes"}, 2, "unknown command '--db'");
  expect_failure({"--frob", "classes"}, 2, "--frob");
}

TEST_F(CliBadInputTest, UsageErrorsNameTheWord) {
  expect_failure({"frobnicate"}, 2, "unknown command 'frobnicate'");
  expect_failure({"eval", "shapes", "--episodes", "-1"}, 2, "from 0 to 2^64 - 1");
  expect_failure({"query", "--frob", "x.png"}, 2, "--frob");
  expect_failure({"query"}, 2, "simdb query --help");
  expect_failure({"query", "x.png", "-k", "0"}, 2, "-k must be at least 1");
  expect_failure({"query", "x.png", "-k", "many"}, 2, "many");
  for (const std::string option : {"--within", "--accept"}) {
    for (const std::string value : {"1.01", "-1.01", "2"}) {
      expect_failure({"query", "x.png", option, value}, 2, "from -1 to 1");
    }
  }
  expect_failure({"compare", "a.png"}, 2, "argument is missing");
  expect_failure({"embed", "shapes", "-o", "v.txt"}, 2, ".npy or .jsonl");
}

TEST_F(CliBadInputTest, HostileNamesDoNotReachTheTerminal) {
  write("\x1b[31mred.png", std::string("no image"));
  const ProcessResult result = simdb({"query", "\x1b[31mred.png"});
  EXPECT_EQ(result.code, 4);
  EXPECT_EQ(result.err.find('\x1b'), std::string::npos);
  EXPECT_THAT(result.out, IsEmpty());
  for (const std::vector<std::string>& command :
       std::vector<std::vector<std::string>>{{"\x1b[31m"},
                                             {"ls", "--\x1b[31m"},
                                             {"ls", "--db", "\x1b[31m"},
                                             {"rm", "\x1b[31m"},
                                             {"import", "\x1b[31m"}}) {
    EXPECT_EQ(simdb(command).err.find('\x1b'), std::string::npos) << command[0];
  }
}

TEST_F(CliBadInputTest, EpisodesWithoutEndStopAtASignal) {
  for (const int signal : {SIGINT, SIGTERM}) {
    Process eval({SIMDB_PROGRAM, "eval", path("shapes"), "--encoder", path("net.onnx"), "--ways",
                  "3", "--episodes", "1000000000000"});
    EXPECT_FALSE(eval.read_line(std::chrono::milliseconds(800)));
    ASSERT_FALSE(eval.output_ended()) << "it ended by itself";
    const auto before = std::chrono::steady_clock::now();
    ::kill(eval.pid(), signal);
    EXPECT_EQ(eval.wait(), 128 + signal);
    EXPECT_LT(std::chrono::steady_clock::now() - before, std::chrono::seconds(5));
  }
}

TEST_F(CliBadInputTest, DatabaseInUse) {
  std::string list;
  for (int i = 0; i < 20000; ++i) list += path("shapes/red/circle_red_0.png") + "\n";
  write("list.txt", list);
  // Adds files that are there already, so nothing changes, but holds the database for a while.
  Process writer(
      {"/bin/bash", "-c",
       "exec " SIMDB_PROGRAM " add red - --json --db " + path("db") + " <" + path("list.txt")});
  ASSERT_TRUE(writer.read_line(std::chrono::seconds(30)));
  expect_failure({"rm", "1"}, 7, "in use");
  EXPECT_EQ(simdb({"query", "shapes/red/circle_red_0.png"}).code, 0)
      << "readers go on beside a writer";
  ::kill(writer.pid(), SIGINT);
  writer.read_rest();
  EXPECT_EQ(writer.wait(), 130);
}

}  // namespace
}  // namespace simdb::test
