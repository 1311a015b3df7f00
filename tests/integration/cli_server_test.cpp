// Commands give the same through a server, `simdb --server URL`, as on a copy of its database.
#include <gmock/gmock.h>
#include <signal.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <memory>
#include <regex>
#include <sstream>

#include "tests/integration/cli_fixture.h"
#include "tests/support/process.h"

namespace simdb::test {
namespace {

using std::chrono::seconds;
using testing::HasSubstr;
using Words = std::vector<std::string>;
namespace fs = std::filesystem;

class CliServerTest : public CliTest {
 protected:
  void SetUp() override {
    CliTest::SetUp();
    run({"init", "--db", "here", "--encoder", "net.onnx", "--keep-images"});
    for (const char* name : {"red", "blue", "green"}) {
      run({"add", "--db", "here", name, "shapes/" + std::string(name), "--meta",
           "letter=" + std::string(1, *name)});
    }
    run({"set", "--db", "here", "3", "--key", "a b", "price=7", "text=\"9\""});
    run({"calibrate", "--db", "here"});
    fs::copy(path("here"), path("there"), fs::copy_options::recursive);
    serve();
  }

  void serve(Words options = {}) {
    options.insert(options.begin(), {SIMDB_PROGRAM, "serve", "--db", path("there"), "--listen",
                                     "unix:" + path("socket"), "--quiet"});
    server_ = std::make_unique<Process>(options);
    ASSERT_TRUE(server_->read_line(seconds(20)));
  }

  void run(Words args) const {
    const ProcessResult result = simdb(std::move(args));
    ASSERT_EQ(result.code, 0) << result.err;
  }
  ProcessResult here(Words args) const {
    args.insert(args.end(), {"--db", "here"});
    return simdb(std::move(args));
  }
  ProcessResult there(Words args, ProcessOptions options = {}) const {
    args.insert(args.end(), {"--server", "unix:" + path("socket")});
    options.environment.emplace("SIMDB_TOKEN_FILE", path("there/server.token"));
    return simdb(std::move(args), std::move(options));
  }
  // Same output, same code.
  void compare(const Words& args) const {
    const ProcessResult local = here(args);
    const ProcessResult served = there(args);
    EXPECT_EQ(served.code, local.code) << testing::PrintToString(args) << served.err;
    EXPECT_EQ(served.out, local.out) << testing::PrintToString(args) << served.err;
    EXPECT_EQ(served.err.empty(), local.err.empty()) << served.err << local.err;
  }
  // Same classes and codes: encoders round by what they encode together.
  void compare_classes(const Words& args) const {
    const ProcessResult local = here(args);
    const ProcessResult served = there(args);
    EXPECT_EQ(served.code, local.code) << served.err;
    const auto classes = [](const std::string& out) {
      std::string text;
      for (const auto& answer : json_lines(out)) {
        text += answer.at("path").get<std::string>() + " " + answer.at("class").dump() + "\n";
      }
      return text;
    };
    EXPECT_EQ(classes(served.out), classes(local.out));
  }
  void compare_lines(const std::string& lines) const {
    std::istringstream all(lines);
    for (std::string line; std::getline(all, line);) {
      std::istringstream words(line);
      Words args;
      for (std::string word; words >> word;) args.push_back(word);
      compare(args);
    }
  }

  std::unique_ptr<Process> server_;
};

TEST_F(CliServerTest, AnswersWhatTheDatabaseAnswers) {
  compare_lines(R"(ls
ls --json
ls red --limit 2
ls --after 5 --limit 3 --where letter=g --json
ls --limit 0
ls nope
classes
classes --json
classes --by letter
classes --by letter --class red --json
classes --by price --class nope
query shapes/red/circle_red_0.png
query shapes/red/circle_red_0.png --json
query shapes/red/circle_red_0.png --json -k 3 --class red --class blue --where letter=r
query shapes/red/circle_red_0.png --why --json --alpha 0.2
query shapes/red/circle_red_0.png --accept 0.999
query shapes/red/circle_red_0.png --within 0.9999999 --where price=7
query nowhere.png
query net.onnx
query shapes/red/circle_red_0.png --class nope
query shapes/red/circle_red_0.png -k 0
why shapes/red/circle_red_0.png --json
image 4
image 99
image x)");
  const auto embedded = simdb({"embed", "shapes", "-o", "rows.jsonl", "--db", "here"});
  ASSERT_EQ(embedded.code, 0) << embedded.err;
  compare({"query", "--vectors", "rows.jsonl", "--json"});
  compare({"query", "--vectors", "rows.jsonl"});
  compare({"query", "--vectors", "net.onnx"});
  compare_classes({"query", "shapes", "held_out", "--json"});
  compare_classes({"query", "shapes", "net.onnx", "nowhere.png", "--json"});
  // But for where it is and what it takes there.
  const std::regex place("(database|disk) .*\n");
  EXPECT_EQ(std::regex_replace(there({"stats"}).out, place, ""),
            std::regex_replace(here({"stats"}).out, place, ""));
}

TEST_F(CliServerTest, ChangesWhatTheDatabaseChanges) {
  compare_lines(R"(set 1 2 price=8 colour=red
set 1 2 --unset colour --key k
set 4 --unset letter --json
set 99 a=1
set x a=1
mv 5 6 violet
mv 99 violet
mv --class violet green --json
mv --class nope green
rm 7 8
rm 99
rm --class blue --json
rm --class blue
ls
classes)");
}

TEST_F(CliServerTest, AddsWhatTheDatabaseAdds) {
  fs::copy(path("shapes/red/circle_red_0.png"), path("again.png"));
  write("bad.png", std::string("no image"));
  write("meta.jsonl", std::string("{\"path\": \"held_out/red/circle_red_0.png\", \"n\": 5}\n"));
  compare_lines(R"(add red shapes/red/circle_red_0.png
add red shapes/red/circle_red_0.png bad.png
add red bad.png
add red nowhere.png
add green again.png --on-duplicate refuse
add green again.png --on-duplicate skip --json
add green again.png --key mine --meta a=b --meta c=5 --json
add red held_out/red/circle_red_0.png --meta-file meta.jsonl
add --by-folder held_out
classes
classes --by n
classes --by a
classes --by c
add red --on-duplicate never again.png)");
  EXPECT_EQ(there({"add", "--dry-run", "red", "again.png"}).code, 2);
  // Many at once: none is lost, none is there twice.
  ASSERT_EQ(simdb({"sample-data", "many", "--count", "40", "--seed", "9"}).code, 0);
  compare({"add", "red", "many"});
  compare({"add", "red", "many"});
  compare({"classes"});
}

TEST_F(CliServerTest, ListsDuplicatesAndLabelsInDoubt) {
  server_.reset();
  run({"add", "--db", "here", "blue", "shapes/red/circle_red_0.png", "shapes/red/circle_red_1.png",
       "--on-duplicate", "add"});
  fs::remove_all(path("there"));
  fs::copy(path("here"), path("there"), fs::copy_options::recursive);
  serve();
  compare_lines(R"(duplicates
duplicates --json
duplicates --exact
duplicates --threshold 0.5 --class red
duplicates --threshold 2
duplicates --class nope
review
review --json -k 5
review --class blue --limit 1
review --class nope
review --keep 1 2
review --keep 99
review --keep 99 x
review)");
  EXPECT_EQ(there({"duplicates", "--report", "x.html"}).code, 2);
}

TEST_F(CliServerTest, EncodesWithTheEncoderOfTheServer) {
  compare_lines(R"(compare shapes/red/circle_red_0.png shapes/red/circle_red_0.png
compare shapes/red/circle_red_0.png held_out/blue/circle_blue_0.png
compare shapes/red/circle_red_0.png net.onnx
compare shapes/red/circle_red_0.png nowhere.png
embed shapes/red/circle_red_0.png
embed net.onnx
embed nowhere.png)");
  ASSERT_EQ(there({"embed", "shapes", "-o", "rows.npy"}).code, 0);
  EXPECT_THAT(here({"query", "--vectors", "rows.npy"}).out, HasSubstr("rows.npy:11"));
  EXPECT_EQ(there({"compare", "a.png", "b.png", "--encoder", "net.onnx"}).code, 2);
}

TEST_F(CliServerTest, ExportsAndImports) {
  compare({"export"});
  compare({"export", "--class", "red", "--limit", "2"});
  compare({"export", "--limit", "0"});
  compare({"export", "--class", "nope"});
  ASSERT_EQ(there({"export", "-o", "lines.jsonl", "--class", "red"}).code, 0);
  std::ifstream file(path("lines.jsonl"));
  const std::string lines{std::istreambuf_iterator<char>(file), {}};
  EXPECT_EQ(lines, here({"export", "--class", "red"}).out);
  EXPECT_EQ(there({"export", "--npy", "x.npy"}).code, 2);

  compare({"import", "lines.jsonl"});
  write("more.jsonl",
        std::regex_replace(lines, std::regex("\"class\":\"red\""), "\"class\":\"new\""));
  compare({"import", "more.jsonl", "--json"});
  write("bad.jsonl", lines + "{}\n");
  compare({"import", "bad.jsonl"});
  EXPECT_THAT(there({"import", "bad.jsonl"}).err, HasSubstr("nothing was imported"));
  compare({"classes"});
  const ProcessResult piped = there({"import", "-"}, {.input = lines});
  EXPECT_EQ(piped.code, 0) << piped.err;
  EXPECT_THAT(piped.out, HasSubstr("were there already"));
}

TEST_F(CliServerTest, FollowsWhatChanges) {
  Process process({SIMDB_PROGRAM, "--server", "unix:" + path("socket"), "--token-file",
                   path("there/server.token"), "watch", "--where", "letter=r"});
  const auto first = process.read_line(seconds(20));
  ASSERT_TRUE(first);
  const std::uint64_t start = nlohmann::json::parse(*first).at("change");
  for (const Words& change : {Words{"set", "1", "2", "price=1"}, Words{"rm", "4"}}) {
    EXPECT_EQ(here(change).code, 0);
    EXPECT_EQ(there(change).code, 0);
  }
  std::string told;
  for (std::uint64_t at = start; at < start + 2;) {
    const auto line = process.read_line(seconds(20));
    ASSERT_TRUE(line) << told;
    told += *line + '\n';
    at = nlohmann::json::parse(*line).value("end", false)
             ? nlohmann::json::parse(*line).at("change").get<std::uint64_t>()
             : at;
  }
  const Words since{"watch", "--once", "--where", "letter=r", "--since", std::to_string(start)};
  // But for the times of the changes.
  const std::regex changed("\"changed\":\"[^\"]*\"");
  EXPECT_EQ(std::regex_replace(told, changed, ""),
            std::regex_replace(here(since).out, changed, ""));
  compare({"watch", "--once", "--since", "999"});
  ::kill(process.pid(), SIGTERM);
  EXPECT_EQ(process.wait(), 0);
}

TEST_F(CliServerTest, SaysWhatIsWrongWithTheServer) {
  const auto failed = [&](Words args, int code, const std::string& text) {
    const ProcessResult result = simdb(args);
    EXPECT_EQ(result.code, code) << testing::PrintToString(args) << result.err;
    EXPECT_THAT(result.err, HasSubstr(text)) << testing::PrintToString(args);
    EXPECT_EQ(result.out, "");
  };
  const std::string server = "--server=unix:" + path("socket");
  write("wrong", std::string("0123456789abcdefghij\n"));
  write("torn", std::string("two words\n"));
  failed({"ls", server}, 2, "--token-file FILE");
  failed({"ls", server, "--token-file", "wrong"}, 2, "does not know this token");
  failed({"ls", server, "--token-file", "torn"}, 2, "no token in torn");
  failed({"ls", server, "--token-file", "nowhere"}, 3, "can't read nowhere");
  failed({"ls", server, "--db", "here"}, 2, "two databases");
  failed({"ls", "--token-file", "wrong"}, 2, "belongs to --server");
  failed({"ls", "--server", "https://parts.example"}, 2, "ssh -N -L");
  failed({"ls", "--server", "parts.example"}, 2, "http://HOST:PORT");
  failed({"ls", "--server", "unix:" + path("none")}, 6, "does 'simdb serve' run there?");
  failed({"ls", "--server", "http://127.0.0.1:1"}, 6, "does 'simdb serve' run there?");
  for (const char* name : {"init", "train", "serve", "reindex", "compact", "reembed", "restore",
                           "tune", "eval", "encoders", "sample-data", "completion"}) {
    failed({name, "--server", "http://localhost:1"}, 2, std::string(name) + " takes no --server: ");
  }
  // A variable is no option, but names no folder either.
  const ProcessResult elsewhere =
      simdb({"compact"}, {.environment = {{"SIMDB_SERVER", "http://localhost:1"}}});
  EXPECT_EQ(elsewhere.code, 2);
  EXPECT_THAT(elsewhere.err, HasSubstr("--db DIR"));
  EXPECT_EQ(simdb({"ls"}, {.environment = {{"SIMDB_SERVER", "unix:" + path("socket")},
                                           {"SIMDB_TOKEN_FILE", path("there/server.token")}}})
                .out,
            here({"ls"}).out);

  server_->kill();
  EXPECT_EQ(there({"ls"}).code, 6);
  serve({"--read-only"});
  compare({"ls"});
  EXPECT_EQ(there({"rm", "1"}).code, 2);
}

TEST_F(CliServerTest, ChecksCalibratesAndBacksUp) {
  compare_lines(R"(verify
verify --json
verify --deep --json
calibrate
calibrate --json --alpha 0.1 --group-by letter)");
  const ProcessResult repair = there({"verify", "--repair"});
  EXPECT_EQ(repair.code, 2);
  EXPECT_THAT(repair.err, HasSubstr("stop the server"));
  EXPECT_EQ(there({"calibrate", "shapes"}).code, 2);

  ASSERT_EQ(there({"backup", "there.backup"}).code, 0);
  const ProcessResult streamed = there({"backup", "-"}, {.out_file = path("streamed.backup")});
  ASSERT_EQ(streamed.code, 0) << streamed.err;
  for (const char* name : {"there", "streamed"}) {
    run({"restore", std::string(name) + ".backup", "--db", std::string(name) + ".restored"});
    const auto items = [&](const std::string& database) {
      return simdb({"ls", "--json", "--db", database}).out;
    };
    EXPECT_EQ(items(std::string(name) + ".restored"), items("here"));
  }
  const fs::path folder = path("backups");
  fs::create_directory(folder);
  ASSERT_EQ(there({"backup", folder.string()}).code, 0);
  EXPECT_THAT(fs::directory_iterator(folder)->path().filename().string(),
              testing::MatchesRegex("simdb-.*Z.simdb-backup"));
}

TEST_F(CliServerTest, ABackupThatBreaksOffLeavesTheFileAsItWas) {
  write("kept.backup", std::string("as it was"));
  server_->kill();
  const ProcessResult lost = there({"backup", "kept.backup"});
  EXPECT_EQ(lost.code, 6) << lost.err;
  std::ifstream file(path("kept.backup"));
  std::string text;
  std::getline(file, text);
  EXPECT_EQ(text, "as it was");
}

}  // namespace
}  // namespace simdb::test
