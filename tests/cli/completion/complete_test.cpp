#include "cli/completion/complete.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <set>
#include <sstream>

#include "cli/app.h"
#include "cli/args.h"
#include "simdb/database.h"
#include "tests/support/temporary_folder.h"

namespace simdb::cli {
namespace {

using Words = std::vector<std::string>;
using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

class CompleteTest : public testing::Test {
 protected:
  CompleteTest() {
    ::unsetenv("SIMDB_SERVER");
    Database database = Database::create(folder_ / "db", VectorSpace{"s", 2});
    EmbeddingBatch vectors(2);
    std::vector<NewItem> items;
    for (const char* name : {"bolt", "nut", "a b",
                             "a\xE2\x80\xAE"
                             "b"}) {
      NewItem item;
      item.info.class_name = name;
      items.push_back(item);
      vectors.append_unit(std::vector<float>{1, 0});
    }
    database.add(items, vectors);
    ::setenv("SIMDB_DB", (folder_ / "db").c_str(), 1);
  }
  void TearDown() override {
    ::unsetenv("SIMDB_DB");
    ::unsetenv("SIMDB_SERVER");
  }

  Completion complete_(const Words& words) { return complete(words, console_); }
  Words words(const Words& line) {
    Words words;
    for (const Candidate& candidate : complete_(line).candidates) words.push_back(candidate.word);
    return words;
  }

  test::TemporaryFolder folder_;
  std::istringstream in_;
  std::ostringstream out_;
  Console console_{in_, out_, out_};
};

TEST_F(CompleteTest, OffersCommandsWithWhatTheyDo) {
  const std::vector<Candidate> offered = complete_({""}).candidates;
  ASSERT_THAT(offered, SizeIs(commands().size()));
  EXPECT_EQ(offered[0].word, commands()[0].name);
  EXPECT_EQ(offered[0].note, commands()[0].summary);
  EXPECT_EQ(words({"--db", "x", "qu"}), words({""}));
  EXPECT_THAT(words({"--"}), AllOf(Contains("--db"), Contains("--version"), Contains("--help")));
  EXPECT_THAT(words({"__complete", ""}), IsEmpty());
  EXPECT_THAT(words({"nonsense", ""}), IsEmpty());
  EXPECT_THAT(words({}), IsEmpty());
}

TEST_F(CompleteTest, OffersTheOptionsOfEveryCommand) {
  for (const Command& command : commands()) {
    const std::string name(command.name);
    EXPECT_THAT(words({name, "-"}), AllOf(Contains("--help"), Not(Contains("--version")))) << name;
    EXPECT_EQ(out_.str(), "") << name;
  }
  EXPECT_THAT(words({"query", "--"}),
              AllOf(Contains("--where"), Contains("--server"), Contains("-k")));
  EXPECT_THAT(words({"query", "--", "--"}), Not(Contains("--where")));
}

// What has no name would be offered as "arg".
TEST_F(CompleteTest, EveryValueHasAName) {
  for (const Command& command : commands()) {
    CommandTable table;
    Console asking = console_;
    asking.table = &table;
    command.run({}, asking);
    EXPECT_NE(table.synopsis, "") << command.name;
    for (const auto& option : table.options) {
      if (option->semantic()->max_tokens() == 0) continue;
      EXPECT_FALSE(option->semantic()->name().starts_with("arg"))
          << command.name << " --" << option->long_name();
    }
  }
}

TEST_F(CompleteTest, OffersTheValuesThatAnOptionNames) {
  EXPECT_THAT(words({"add", "--on-duplicate", ""}), ElementsAre("add", "skip", "warn", "refuse"));
  EXPECT_THAT(words({"add", "--on-duplicate=s"}),
              ElementsAre("--on-duplicate=add", "--on-duplicate=skip", "--on-duplicate=warn",
                          "--on-duplicate=refuse"));
  EXPECT_THAT(words({"completion", ""}), ElementsAre("bash", "zsh", "fish"));
  EXPECT_THAT(words({"init", "--encoder", ""}), ElementsAre("photo", "omniglot"));
  EXPECT_TRUE(complete_({"init", "--encoder", ""}).files);
  const Completion limits = complete_({"query", "--image-limit", ""});
  EXPECT_TRUE(limits.no_space);
  EXPECT_EQ(limits.candidates.at(0).word, "megapixels=");
  EXPECT_THAT(limits.candidates, SizeIs(6));
  EXPECT_THAT(words({"query", "--alpha", ""}), IsEmpty());
  EXPECT_THAT(words({"train", "--precision="}),
              ElementsAre("--precision=auto", "--precision=float32", "--precision=bfloat16"));
}

TEST_F(CompleteTest, SaysWherePathsStand) {
  EXPECT_TRUE(complete_({"query", ""}).files);
  EXPECT_TRUE(complete_({"compare", "a.png", ""}).files);
  EXPECT_FALSE(complete_({"compare", "a.png", "b.png", ""}).files);
  EXPECT_TRUE(complete_({"embed", "-o", ""}).files);
  EXPECT_TRUE(complete_({"eval", "--report="}).files);
  for (const Words& line : {Words{"--db", ""},
                            {"--db=x"},
                            {"ls", "--db", ""},
                            {"eval", ""},
                            {"train", ""},
                            {"add", "--by-folder", ""}}) {
    const Completion completion = complete_(line);
    EXPECT_TRUE(completion.folders && !completion.files) << line.back();
  }
  const Completion add = complete_({"add", "bolt", ""});
  EXPECT_TRUE(add.files);
  EXPECT_THAT(add.candidates, IsEmpty());
  const Completion image = complete_({"image", ""});
  EXPECT_FALSE(image.files || image.folders);
}

TEST_F(CompleteTest, OffersClassesWhereOneIsWanted) {
  const auto offered = ElementsAre("a b", "bolt", "nut");  // one of them would turn text around
  for (const Words& line : {Words{"ls", ""},
                            {"ls", "bolt", ""},
                            {"rm", "--class", ""},
                            {"add", ""},
                            {"mv", "1", ""},
                            {"mv", "1", "2", ""},
                            {"mv", "--class", ""},
                            {"mv", "--class", "bolt", ""},
                            {"ls", "--", ""},
                            {"query", "x", "--class", ""}}) {
    EXPECT_THAT(words(line), offered) << line[0] << ' ' << line.size();
  }
  EXPECT_THAT(words({"ls", "--class="}), ElementsAre("--class=a b", "--class=bolt", "--class=nut"));
  for (const Words& line : {Words{"mv", ""},
                            {"rm", ""},
                            {"query", ""},
                            {"set", ""},
                            {"mv", "--class", "bolt", "nut", ""}}) {
    EXPECT_THAT(words(line), IsEmpty()) << line[0];
  }
  EXPECT_EQ(complete_({"ls", ""}).candidates[1].note, "1 item");
}

TEST_F(CompleteTest, AsksTheDatabaseThatIsMeant) {
  ::unsetenv("SIMDB_DB");
  EXPECT_THAT(words({"ls", ""}), IsEmpty());
  EXPECT_THAT(words({"ls", "--db", folder_ / "db", ""}), SizeIs(3));
  EXPECT_THAT(words({"--db", folder_ / "db", "ls", ""}), SizeIs(3));
  EXPECT_THAT(words({"ls", "--db=" + (folder_ / "db").string(), ""}), SizeIs(3));
  EXPECT_THAT(words({"ls", "--db", folder_ / "none", ""}), IsEmpty());
  const char* home = std::getenv("HOME");
  const std::string kept = home == nullptr ? "" : home;
  ::setenv("HOME", folder_.path().c_str(), 1);
  EXPECT_THAT(words({"ls", "--db", "~/db", ""}), SizeIs(3));
  ::setenv("HOME", kept.c_str(), 1);
  ::setenv("SIMDB_DB", (folder_ / "db").c_str(), 1);
  EXPECT_THAT(words({"ls", "--server", "http://localhost:1", ""}), IsEmpty());
  ::setenv("SIMDB_SERVER", "http://localhost:1", 1);
  EXPECT_THAT(words({"ls", ""}), IsEmpty());
  EXPECT_EQ(out_.str(), "");
}

}  // namespace
}  // namespace simdb::cli
