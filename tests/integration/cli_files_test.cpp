// Folders, links and lists of files as people have them.
#include <gmock/gmock.h>

#include <csignal>
#include <filesystem>

#include "tests/integration/cli_fixture.h"
#include "tests/support/process.h"

namespace simdb::test {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::StartsWith;

class CliFilesTest : public CliTest {};

TEST_F(CliFilesTest, AFolderWithoutPermissionIsNamedAndTheOthersAdded) {
  const fs::path lost = fs::path(path("shapes")) / "red/lost+found";
  fs::create_directory(lost);
  fs::permissions(lost, fs::perms::none);
  for (const std::vector<std::string>& command :
       std::vector<std::vector<std::string>>{{"add", "--by-folder", "shapes"},
                                             {"add", "all", "shapes", "--on-duplicate", "add"},
                                             {"query", "shapes"},
                                             {"embed", "shapes"},
                                             {"eval", "shapes"},
                                             {"eval", "held_out", "--open-set", "shapes"}}) {
    const ProcessResult result = simdb_of_a_user(command);
    EXPECT_EQ(result.code, 4) << command[0];
    EXPECT_EQ(result.err, "simdb: left out the folder shapes/red/lost+found: Permission denied\n");
  }
  EXPECT_EQ(items(), 72U);
  const ProcessResult alone = simdb_of_a_user({"query", "shapes/red/lost+found"});
  EXPECT_EQ(alone.code, 6);
  EXPECT_THAT(alone.err, HasSubstr("can't list the folder shapes/red/lost+found"));
  fs::permissions(lost, fs::perms::owner_all);
}

TEST_F(CliFilesTest, FoldersThatLinkToEachOtherAreAddedOnce) {
  for (const std::string from : {"red", "green", "blue"}) {
    for (const std::string to : {"red", "green", "blue"}) {
      fs::create_directory_symlink("../" + to, fs::path(path("shapes")) / from / (to + "s"));
    }
  }
  EXPECT_EQ(simdb({"add", "--by-folder", "shapes"}).out, "added 36 images\n");
  EXPECT_THAT(simdb({"add", "all", "shapes"}).out, StartsWith("added 36 images\n"));
  EXPECT_THAT(simdb({"add", "some", "shapes/red"}).out, StartsWith("added 36 images\n"));
}

TEST_F(CliFilesTest, ListsMayBeFilesAndHoldAnyName) {
  const std::string odd = "shapes/red/new\nline\r";
  fs::rename(path("shapes/red/circle_red_0.png"), path(odd));
  const std::string list = odd + '\0' + "shapes/red/circle_red_1.png" + '\0';
  write("list", list);
  for (const std::string null : {"-0", "--null"}) {
    const ProcessResult piped = simdb({"query", "--json", null, "-"}, {.input = list});
    EXPECT_EQ(piped.code, 0) << piped.err;
    ASSERT_EQ(json_lines(piped.out).size(), 2U);
    EXPECT_EQ(json_lines(piped.out)[0]["path"], odd);
    EXPECT_EQ(simdb({"query", "--json", null, "--files-from", "list"}).out, piped.out);
  }
  EXPECT_EQ(simdb({"add", "red", "-0", "--files-from", "list"}).out, "added 2 images\n");
  EXPECT_EQ(simdb({"add", "red", "shapes/blue", "-0", "--files-from", "list"}).out,
            "added 12 images, 2 were there already\n");
  write("lines", std::string("shapes/red/circle_red_1.png\r\n\nshapes/red/circle_red_2.png"));
  EXPECT_EQ(json_lines(simdb({"embed", "--files-from", "lines"}).out).size(), 2U);
}

TEST_F(CliFilesTest, ListsThatCannotBeReadAreTold) {
  const auto expect_failure = [&](std::vector<std::string> args, int code,
                                  const std::string& message) {
    const ProcessResult result = simdb_of_a_user(std::move(args));
    EXPECT_EQ(result.code, code) << result.err;
    EXPECT_THAT(result.err, HasSubstr(message));
  };
  write("locked", std::string("x"));
  fs::permissions(path("locked"), fs::perms::none);
  expect_failure({"embed", "--files-from", "nowhere"}, 3, "nowhere: No such file");
  expect_failure({"embed", "--files-from", "locked"}, 6, "locked: Permission denied");
  expect_failure({"embed", "--files-from", "shapes"}, 4, "shapes: it is a folder");
  expect_failure({"embed", "--files-from", "/dev/null"}, 4, "the list of images on /dev/null");
  expect_failure({"embed", "-0", "shapes"}, 2, "-0 says how a list is written");
  expect_failure({"add", "--by-folder", "shapes", "-0"}, 2, "not lists");
  expect_failure({"add", "--files-from", "locked"}, 2, "which images?");
  expect_failure({"query"}, 2, "an argument is missing");
}

// Rounding leaves a vector's similarity to itself below 1, by chance.
TEST_F(CliFilesTest, AnExactCopyIsWithinOne) {
  ASSERT_EQ(simdb({"add", "--by-folder", "shapes"}).code, 0);
  for (const std::string option : {"--within", "--accept"}) {
    const auto lines = json_lines(simdb({"query", "--json", "shapes", option, "1"}).out);
    ASSERT_EQ(lines.size(), 36U);
    for (const auto& line : lines) {
      EXPECT_TRUE(line["accepted"]) << option << line["path"];
      EXPECT_GE(line["neighbors"].size(), 1U) << option << line["path"];
    }
  }
  const std::string image = "held_out/red/circle_red_0.png";
  EXPECT_EQ(simdb({"query", image, "--within", "0.999999"}).out,
            "unknown (no item has a similarity of 0.999999 or more)\n");
  for (const std::string name : {"red", "green", "blue"}) simdb({"rm", "--class", name});
  EXPECT_EQ(simdb({"query", image, "--within", "0.5"}).out, "unknown (nothing to compare with)\n");
}

TEST_F(CliFilesTest, AnImportCutShortSaysHowFarItGotAndGoesOn) {
  ASSERT_EQ(simdb({"add", "--by-folder", "shapes"}).code, 0);
  const std::string exported = simdb({"export"}).out;
  const std::size_t header = exported.find('\n') + 1;
  const std::string item = exported.substr(header, exported.find('\n', header) + 1 - header);
  const std::size_t digest = item.find("\"sha256\":\"") + 10;
  constexpr int kItems = 30000;
  {
    std::ofstream many(path("many.jsonl"));
    many << exported.substr(0, header);
    for (int i = 0; i < kItems; ++i) {  // different files
      many << item.substr(0, digest) << 10000000 + i << item.substr(digest + 8);
    }
  }
  ProcessResult cut;
  // Until a signal lands among the commits, wherever these begin on this machine.
  for (int ms = 20; cut.err.find("are in and safe") == std::string::npos; ms = ms * 10 / 9) {
    ASSERT_LT(ms, 60000) << cut.out << cut.err;
    fs::remove_all(path("other"));
    ASSERT_EQ(simdb({"init", "--encoder", "net.onnx", "--db", "other"}).code, 0);
    cut = simdb({"import", "many.jsonl", "--db", "other"},
                {.signal = SIGINT, .signal_after = std::chrono::milliseconds(ms)});
    // It is silent while the program starts.
    if (!cut.err.empty() && cut.err.find("are in and safe") == std::string::npos) {
      EXPECT_THAT(cut.err, HasSubstr("nothing was imported"));
    }
  }
  EXPECT_EQ(cut.code, 130);
  EXPECT_THAT(cut.err, HasSubstr(" of 30000 items are in and safe; import the same again"));
  const auto count = [&] {
    return json_lines(simdb({"stats", "--json", "--db", "other"}).out).at(0)["items"].get<int>();
  };
  EXPECT_THAT(cut.err, testing::StartsWith("simdb: " + std::to_string(count()) + " of "));
  EXPECT_EQ(simdb({"import", "many.jsonl", "--db", "other"}).code, 0);
  EXPECT_EQ(count(), kItems);
}

// What is there already is told by its digest.
TEST_F(CliFilesTest, AnImportOfItemsWithoutDigestsGoesOnWithTheRest) {
  ASSERT_EQ(simdb({"add", "red", "shapes/red/circle_red_0.png"}).code, 0);
  const std::string exported = simdb({"export"}).out;
  const auto vector = json_lines(exported).at(1)["vector"];
  const std::string header = exported.substr(0, exported.find('\n') + 1);
  std::string many = header;
  for (int i = 0; i < 30000; ++i) {
    many += nlohmann::json({{"class", "many"}, {"vector", vector}}).dump() + '\n';
  }
  write("many.jsonl", many);
  ProcessResult cut;
  for (int ms = 20; cut.err.find("are in and safe") == std::string::npos; ms = ms * 10 / 9) {
    ASSERT_LT(ms, 60000) << cut.out << cut.err;
    simdb({"rm", "--class", "many"});
    cut = simdb({"import", "many.jsonl"},
                {.signal = SIGINT, .signal_after = std::chrono::milliseconds(ms)});
  }
  const auto rest = std::to_string(30001 - items());
  EXPECT_THAT(cut.err, HasSubstr("import the first line and the last " + rest + ": "));

  // A key tells them too.
  std::string keyed = header;
  for (int i = 0; i < 9000; ++i) {
    keyed +=
        nlohmann::json({{"class", "keyed"}, {"key", "k" + std::to_string(i)}, {"vector", vector}})
            .dump() +
        '\n';
  }
  const std::size_t before = items();
  const ProcessResult bad = simdb({"import", "-"}, {.input = keyed + "{}"});
  EXPECT_THAT(bad.err, HasSubstr(" items are in and safe; import the same again for the rest"));
  EXPECT_GT(items(), before);
  EXPECT_EQ(simdb({"import", "-"}, {.input = keyed}).code, 0);
  EXPECT_EQ(items(), before + 9000);
}

// What comes through a pipe can't be read twice.
TEST_F(CliFilesTest, AnImportFromAPipeSaysWhatIsInBeforeABadLine) {
  ASSERT_EQ(simdb({"add", "red", "shapes/red/circle_red_0.png"}).code, 0);
  const std::string exported = simdb({"export"}).out;
  const std::size_t header = exported.find('\n') + 1;
  const std::string item = exported.substr(header);
  const std::size_t digest = item.find("\"sha256\":\"") + 10;
  std::string many = exported.substr(0, header);
  for (int i = 0; i < 20000; ++i) {
    many += item.substr(0, digest) + std::to_string(10000000 + i) + item.substr(digest + 8);
  }
  write("bad.jsonl", many + "{}\n");
  const ProcessResult file = simdb({"import", "bad.jsonl"});
  EXPECT_EQ(file.code, 4);
  EXPECT_THAT(file.err, HasSubstr("line 20002: it has no \"class\"; nothing was imported"));
  EXPECT_EQ(items(), 1);
  const ProcessResult piped = simdb({"import", "-"}, {.input = many + "{}\n"});
  EXPECT_EQ(piped.code, 4);
  EXPECT_THAT(piped.err,
              HasSubstr("line 20002: it has no \"class\"; " + std::to_string(items() - 1) +
                        " items are in and safe; import the same again for the rest"));
  EXPECT_GT(items(), 1000);
  EXPECT_EQ(simdb({"import", "-"}, {.input = many}).code, 0);
  EXPECT_EQ(items(), 20001);
}

TEST_F(CliFilesTest, AnImportThatWaitsForItsInputEndsAtASignal) {
  Process import({SIMDB_PROGRAM, "import", "-", "--db", path("db")});
  EXPECT_FALSE(import.read_line(std::chrono::milliseconds(500)));
  ::kill(import.pid(), SIGINT);
  EXPECT_EQ(import.wait(), 130);
}

TEST_F(CliFilesTest, ATerminalThatCannotRedrawGetsPlainLines) {
  const auto on_terminal = [&](const std::string& environment, const std::string& columns) {
    const std::string line = "stty cols " + columns + "; " + environment +
                             " " SIMDB_PROGRAM " add red held_out; " SIMDB_PROGRAM
                             " rm --class red";
    return run_process({"/usr/bin/script", "-qec", line, "/dev/null"},
                       {.folder = folder_.path(), .environment = {{"SIMDB_DB", path("db")}}})
        .out;
  };
  for (const std::string kind : {"TERM=dumb", "TERM=", "env -u TERM"}) {
    EXPECT_EQ(on_terminal(kind, "80"), "added 18 images\r\nremoved 18 items\r\n") << kind;
  }
  const std::string drawn = on_terminal("TERM=xterm", "20");
  EXPECT_THAT(drawn, HasSubstr("\x1b[K"));
  std::size_t begin = 0;
  for (std::size_t end = drawn.find('\r'); end != std::string::npos;
       end = drawn.find('\r', begin)) {
    EXPECT_LT(end - begin, 20U + 3U) << drawn.substr(begin, end - begin);  // with the escape code
    begin = end + 1;
  }
}

}  // namespace
}  // namespace simdb::test
