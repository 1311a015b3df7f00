// Hostile names through the real program: there and back by every command, nothing that a terminal
// or a browser would obey, no file where a name points.
#include <gmock/gmock.h>

#include <algorithm>
#include <filesystem>
#include <iterator>

#include "pipeline/formats/item_json.h"
#include "tests/faults/hostile_names.h"
#include "tests/faults/traced_run.h"
#include "tests/integration/cli_fixture.h"
#include "tests/support/fault_run.h"

namespace simdb::test {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::HasSubstr;

constexpr const char* kImage = "shapes/red/circle_red_0.png";
// More than this the system takes for no argument; such a name can only be imported.
constexpr std::size_t kMaxArgument = 100'000;

using Classes = std::map<std::string, std::uint64_t>;

class CliNamesTest : public CliTest {
 protected:
  void SetUp() override {
    CliTest::SetUp();
    outside_ = tree();
    names_ = hostile_names();
    std::mt19937_64 random(fault_run().seed);
    for (std::uint64_t i = amount(2, 5, 60); i > 0; --i) {
      names_.push_back(random_name(random));
      names_.push_back(random_bytes(random));
    }
  }

  // All that lies in the folder but the databases.
  Tree tree() const {
    return read_tree(folder_.path(), {path("db"), path("second"), path("third")});
  }

  // Runs, and expects nothing on either output that a terminal would obey.
  ProcessResult careful(const std::vector<std::string>& args,
                        const ProcessOptions& options = {}) const {
    ProcessResult result = simdb(args, options);
    EXPECT_EQ(terminal_problem(result.out), "") << args[0] << ": " << result.out;
    EXPECT_EQ(terminal_problem(result.err), "") << args[0] << ": " << result.err;
    return result;
  }

  Classes classes(const std::string& database = "db") const {
    Classes found;
    const ProcessResult result = careful({"classes", "--json", "--db", database});
    EXPECT_EQ(result.code, 0) << result.err;
    std::string before;
    for (const json& line : json_lines(result.out)) {
      const auto name = line["class"].get<std::string>();
      EXPECT_LT(before, name) << "not in byte order";
      before = name;
      found[name] = line["items"];
    }
    return found;
  }

  // Adds an image under each name, by the command line; what the database holds then.
  Classes add_all() {
    Classes wanted;
    const std::uint64_t some = amount(12, 4, 1);  // of the list, every which
    for (std::uint64_t i = fault_run().seed % some; i < names_.size(); i += some) {
      const std::string& name = names_[i];
      if (name.size() > kMaxArgument || name.find('\0') != std::string::npos) continue;
      const ProcessResult added = careful({"add", "--json", "--", name, kImage});
      if (follows_the_rule(name)) {
        EXPECT_EQ(added.code, 0) << added.err;
        EXPECT_EQ(json_lines(added.out).at(0)["class"], name);
        wanted[name] = 1;
      } else {
        ++refused_;
        EXPECT_EQ(added.code, 4) << added.err;
        EXPECT_THAT(added.err, HasSubstr("can't be used: it "));
      }
    }
    return wanted;
  }

  // The two lines of an export with one item, to be written again under other names.
  std::pair<std::string, json> exported_item() {
    EXPECT_EQ(simdb({"add", "one", kImage}).code, 0);
    const std::string text = simdb({"export"}).out;
    EXPECT_EQ(simdb({"rm", "--class", "one"}).code, 0);
    const auto lines = json_lines(text);
    return {lines.at(0).dump() + "\n", lines.at(1)};
  }

  std::vector<std::string> names_;
  std::uint64_t refused_ = 0;
  Tree outside_;
};

TEST_F(CliNamesTest, ThereAndBackByEveryCommand) {
  const Classes wanted = add_all();
  ASSERT_EQ(classes(), wanted);

  // Lists for people: a line per class and a line per item.
  const std::string list = careful({"classes"}).out;
  EXPECT_EQ(std::count(list.begin(), list.end(), '\n'), static_cast<std::ptrdiff_t>(wanted.size()));
  const std::string items = careful({"ls"}).out;
  EXPECT_EQ(std::count(items.begin(), items.end(), '\n'),
            static_cast<std::ptrdiff_t>(wanted.size()));
  careful({"query", kImage});
  careful({"query", "--json", "-k", "1000", kImage});

  // One by one: what is asked for and nothing else. Each name in the full run.
  std::uint64_t asked = 0;
  for (const auto& [name, count] : wanted) {
    if (asked++ % amount(5, 3, 1) != 0) continue;
    const auto listed = json_lines(careful({"ls", "--json", "--", name}).out);
    ASSERT_EQ(listed.size(), 1U);
    EXPECT_EQ(listed[0]["class"], name);
    const auto answer = json_lines(careful({"query", "--json", "--class=" + name, kImage}).out);
    ASSERT_EQ(answer.at(0)["neighbors"].size(), 1U);
    EXPECT_EQ(answer[0]["neighbors"][0]["class"], name);
  }

  ASSERT_EQ(careful({"export", "-o", "all.jsonl"}).code, 0);
  ASSERT_EQ(simdb({"init", "--encoder", "net.onnx", "--db", "second"}).code, 0);
  ASSERT_EQ(careful({"import", "all.jsonl", "--db", "second"}).code, 0);
  EXPECT_EQ(classes("second"), wanted);
  ASSERT_EQ(careful({"backup", "all.backup"}).code, 0);
  ASSERT_EQ(careful({"restore", "all.backup", "--db", "third"}).code, 0);
  EXPECT_EQ(classes("third"), wanted);
  ASSERT_EQ(careful({"export", "--projector", "projector"}).code, 0);
  std::ifstream metadata(path("projector/metadata.tsv"));
  const std::string cells((std::istreambuf_iterator<char>(metadata)),
                          std::istreambuf_iterator<char>());
  EXPECT_EQ(std::count(cells.begin(), cells.end(), '\n'),
            static_cast<std::ptrdiff_t>(wanted.size() + 1));
  EXPECT_EQ(std::count(cells.begin(), cells.end(), '\t'),
            static_cast<std::ptrdiff_t>(wanted.size() + 1));
  for (const char* form : {"--npy", "--fvecs", "--faiss"}) {
    ASSERT_EQ(careful({"export", form, std::string("all") + form}).code, 0);
  }

  Classes left = wanted;
  std::uint64_t removed = 0;
  for (const auto& [name, count] : wanted) {
    if (removed++ % amount(5, 3, 1) != 0) continue;
    EXPECT_EQ(careful({"rm", "--class=" + name, "--db", "second"}).code, 0);
    left.erase(name);
  }
  EXPECT_EQ(classes("second"), left);
  EXPECT_EQ(careful({"verify", "--db", "second"}).code, 0);

  Tree now = tree();
  std::erase_if(now, [&](const auto& entry) {
    const std::string name = fs::path(entry.first).filename();
    return name.starts_with("all") || entry.first.starts_with(path("projector"));
  });
  EXPECT_EQ(tree_difference(outside_, now), "");

  // A printer that escapes nothing.
  std::string raw;
  for (const auto& [name, count] : wanted) raw += name + "\n";
  EXPECT_NE(terminal_problem(raw), "") << "an unescaped list would not be noticed";
  if (HasFailure()) return;
  record({"F12-cli",
          grouped(wanted.size()) + " hostile class names through the program, " +
              grouped(refused_) + " refused with code 4",
          "exact after add, ls, query, export, import, backup, restore and rm; nothing on either "
          "output that a terminal obeys",
          "an unescaped list: noticed"});
}

TEST_F(CliNamesTest, AnImportHoldsToTheRule) {
  auto [header, item] = exported_item();
  Classes wanted;
  std::string good = header;
  for (const std::string& name : names_) {
    if (name.find('\0') == std::string::npos && !follows_the_rule(name) && name.size() <= 2000)
      continue;
    item["class"] = name;
    if (follows_the_rule(name)) {
      good += item.dump() + "\n";
      wanted[name] = 1;
      continue;
    }
    // NUL, and names too long for a command line.
    const std::string text =
        header + item.dump(-1, ' ', true, json::error_handler_t::replace) + "\n";
    const ProcessResult refused = careful({"import", "-"}, {.input = text});
    EXPECT_EQ(refused.code, 4) << refused.err;
    EXPECT_THAT(refused.err, HasSubstr("nothing was imported"));
    EXPECT_LT(refused.err.size(), 1000U);
  }
  std::mt19937_64 random(fault_run().seed);
  while (wanted.size() < amount(200, 3'000, 100'000)) {
    const std::string name = random_name(random) + std::to_string(wanted.size());
    if (!follows_the_rule(name)) continue;
    item["class"] = name;
    good += item.dump() + "\n";
    wanted[name] = 1;
  }
  write("good.jsonl", good);
  ASSERT_EQ(careful({"import", "good.jsonl"}, {.timeout = std::chrono::seconds(600)}).code, 0);
  EXPECT_EQ(classes(), wanted);
  EXPECT_EQ(careful({"query", "--class", "", kImage}).code, 4);
  EXPECT_EQ(careful({"rm", "--class="}).code, 2);
}

// Sources of all items, exactly.
std::set<std::string> sources_in(const std::vector<json>& lines) {
  std::set<std::string> sources;
  for (const json& line : lines) {
    sources.insert(line.contains("source_bytes")
                       ? simdb::source_from_hex(line["source_bytes"].get<std::string>())
                       : line["source"].get<std::string>());
  }
  return sources;
}

// Those that can name a file in a folder.
std::vector<std::string> file_names(const std::vector<std::string>& names) {
  std::vector<std::string> result;
  for (const std::string& name : names) {
    if (name.empty() || name == "." || name == ".." || name.size() > 255) continue;
    if (name.find('/') == std::string::npos && name.find('\0') == std::string::npos)
      result.push_back(name);
  }
  return result;
}

TEST_F(CliNamesTest, SourcesAreKeptByteByByte) {
  fs::create_directory(path("images"));
  std::vector<std::string> command = {"add", "--json", "--on-duplicate", "add", "--", "c"};
  std::set<std::string> wanted;
  for (const std::string& name : file_names(names_)) {
    fs::copy_file(path(kImage), folder_ / ("images/" + name));
    // Another file each time: bytes behind the end of a PNG are none of its picture.
    std::ofstream(folder_ / ("images/" + name), std::ios::binary | std::ios::app) << command.size();
    command.push_back("images/" + name);
    wanted.insert(folder_ / ("images/" + name));
  }
  ASSERT_GT(wanted.size(), 100U);
  ASSERT_EQ(careful(command).code, 0);
  EXPECT_EQ(sources_in(json_lines(careful({"ls", "--json"}).out)), wanted);
  careful({"ls"});
  careful({"query", "--", command.back()});
  ASSERT_EQ(careful({"export", "-o", "all.jsonl"}).code, 0);
  ASSERT_EQ(simdb({"init", "--encoder", "net.onnx", "--db", "second"}).code, 0);
  ASSERT_EQ(careful({"import", "all.jsonl", "--db", "second"}).code, 0);
  EXPECT_EQ(sources_in(json_lines(simdb({"ls", "--json", "--db", "second"}).out)), wanted);
  // The same files are known again in the copy.
  command.insert(command.begin() + 2, {"--db", "second"});
  for (const json& line : json_lines(simdb(command).out)) EXPECT_FALSE(line["added"]);
  // A NUL would cut a path short: what is read would not be what is named.
  const std::string cut = std::string(kImage) + '\0' + ".secret\n";
  const ProcessResult refused = careful({"add", "c", "-"}, {.input = cut});
  EXPECT_EQ(refused.code, 4) << refused.err;
  EXPECT_THAT(refused.err, HasSubstr("its name holds a NUL"));
}

TEST_F(CliNamesTest, FoldersNameClassesOrAreNamed) {
  Classes wanted;
  std::uint64_t bad = 0;
  std::vector<std::string> folders;
  for (const std::string& name : file_names(names_)) {
    if (name.starts_with('.')) continue;  // hidden
    fs::create_directories(folder_ / ("tree/" + name));
    fs::create_directories(folder_ / ("plain/" + std::to_string(1000 + folders.size())));
    fs::copy_file(path(kImage), folder_ / ("tree/" + name + "/a.png"));
    fs::copy_file(path(kImage),
                  folder_ / ("plain/" + std::to_string(1000 + folders.size()) + "/a.png"));
    folders.push_back(name);
    follows_the_rule(name) ? void(wanted[name] = 1) : void(++bad);
  }
  const ProcessResult added = careful({"add", "--by-folder", "tree", "--on-duplicate", "add"});
  EXPECT_EQ(added.code, 4);
  EXPECT_EQ(std::count(added.err.begin(), added.err.end(), '\n'), static_cast<std::ptrdiff_t>(bad));
  EXPECT_THAT(added.out, HasSubstr(std::to_string(bad) + " could not be used"));
  EXPECT_EQ(classes(), wanted);

  // The page: what is outside of its data is the same whatever the names are.
  const auto page_of = [&](const std::string& folder) {
    EXPECT_EQ(careful({"eval", folder, "--report", folder + ".html"}).code, 0);
    std::ifstream file(path(folder + ".html"));
    std::string page((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
    const std::string start = "<script id=\"data\" type=\"application/json\">";
    const std::size_t begin = page.find(start) + start.size();
    const std::size_t end = page.find("</script>", begin);
    std::string data = page.substr(begin, end - begin);
    page.erase(begin, end - begin);
    return std::pair(page, data);
  };
  const auto [hostile_page, hostile_data] = page_of("tree");
  const auto [plain_page, plain_data] = page_of("plain");
  EXPECT_EQ(hostile_page, plain_page) << "an element or an attribute comes from a name";
  EXPECT_EQ(hostile_data.find('<'), std::string::npos);
  const json data = json::parse(hostile_data);
  EXPECT_EQ(data["classes"].size(), folders.size());
  for (const auto& [name, count] : wanted) {
    EXPECT_NE(std::find(data["classes"].begin(), data["classes"].end(), name),
              data["classes"].end());
  }
}

TEST_F(CliNamesTest, DatabasesWithHostileNames) {
  fs::create_directory(path("dbs"));
  fs::create_directory(path("backups"));
  std::uint64_t at = 0;
  std::uint64_t made = 0;
  for (const std::string& name : file_names(names_)) {
    if (at++ % amount(60, 25, 2) != 0 || name == ".simdb") continue;
    ++made;
    const std::string db = "--db=dbs/" + name;
    ASSERT_EQ(careful({"init", db, "--encoder", "net.onnx"}).code, 0);
    ASSERT_EQ(careful({"add", db, "red", kImage}).code, 0);
    careful({"stats", db});
    ASSERT_EQ(json_lines(careful({"stats", "--json", db}).out).at(0)["items"], 1);
    const ProcessResult backup = careful({"backup", "backups", db, "--json"});
    ASSERT_EQ(backup.code, 0) << backup.err;
    ASSERT_EQ(std::distance(fs::directory_iterator(path("backups")), {}), 1);
    const std::string file = fs::directory_iterator(path("backups"))->path();
    EXPECT_TRUE(file.starts_with(path("backups/" + name.substr(0, 150)))) << file;
    ASSERT_EQ(careful({"restore", "--db", "third", "--", file}).code, 0);
    ASSERT_EQ(json_lines(careful({"stats", "--json", "--db", "third"}).out).at(0)["items"], 1);
    fs::remove_all(path("third"));
    fs::remove(file);
  }
  EXPECT_EQ(std::distance(fs::directory_iterator(path("dbs")), {}),
            static_cast<std::ptrdiff_t>(made));
  EXPECT_EQ(careful({"ls", "--db", ""}).code, 2);
  EXPECT_EQ(careful({"init", "--db", std::string(256, 'x'), "--encoder", "net.onnx"}).code, 6);
  EXPECT_EQ(careful({"ls", "--db", std::string(256, 'x')}).code, 3);
  fs::remove_all(path("dbs"));
  fs::remove_all(path("backups"));
  EXPECT_EQ(tree_difference(outside_, tree()), "");
}

TEST_F(CliNamesTest, NothingElseIsOpenedForWriting) {
  const std::string image = path(kImage);
  const std::string outside = path("outside");
  const auto control = run_traced({"/bin/sh", "-c", "echo > '" + outside + "'"}, {});
  if (!control) GTEST_SKIP() << "strace is missing or may not trace: scripts/setup.sh installs it";
  EXPECT_THAT(control->touched, testing::ElementsAre(outside))
      << "a file outside would not be noticed";
  fs::remove(outside);
  const auto expect_inside = [&](std::vector<std::string> args, const std::string& output = "db") {
    args.insert(args.begin(), SIMDB_PROGRAM);
    const auto run =
        run_traced(args, {.folder = folder_.path(), .environment = {{"SIMDB_DB", path("db")}}});
    ASSERT_TRUE(run);
    EXPECT_EQ(run->result.code, 0) << run->result.err;
    for (const std::string& touched : run->touched) {
      EXPECT_TRUE(touched.starts_with(path("db")) || touched.starts_with(path(output))) << touched;
    }
  };
  for (const std::string name :
       {"../../etc/passwd", "/etc/passwd", "%2e%2e/x", "$(touch pwned)", "|x"}) {
    expect_inside({"add", "--", name, image});
  }
  expect_inside({"classes"});
  expect_inside({"ls", "--", "../../etc/passwd"});
  expect_inside({"query", "--class=../../etc/passwd", image});
  expect_inside({"verify", "--deep"});
  expect_inside({"reindex"});
  expect_inside({"export", "-o", path("all.jsonl")}, "all.jsonl");
  expect_inside({"export", "--projector", path("projector")}, "projector");
  expect_inside({"backup", path("all.backup")}, "all.backup");
  expect_inside({"restore", path("all.backup"), "--db", path("third")}, "third");
  expect_inside({"import", path("all.jsonl")});
  expect_inside({"rm", "--class=../../etc/passwd"});
  expect_inside({"eval", path("held_out"), "--report", path("page.html")}, "page.html");
}

}  // namespace
}  // namespace simdb::test
