#include "pipeline/formats/import_lines.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "simdb/digest.h"
#include "simdb/error.h"
#include "tests/support/broken_input.h"
#include "tests/support/errors.h"

namespace simdb {
namespace {

using ::testing::HasSubstr;

constexpr std::size_t kDimension = 16;
const std::string kEncoder = "0123456789abcdef";
const ImportTarget kTarget{kEncoder, kDimension};
const std::string kHeader = R"({"simdb_export":1,"dimension":16,"encoder":"0123456789abcdef"})";
const std::string kVector = R"("vector":[0,1,0,0,0,0,0,0,0,0,0,0,0,0,0,0])";

ImportedItems read(const std::string& text) {
  std::istringstream in(text);
  return ImportReader(in, "a.jsonl", kTarget).next(1000);
}

std::string refusal(const std::string& text) {
  const Error error = test::error_of([&] { read(text); });
  EXPECT_EQ(error.code(), ErrorCode::kBadInput) << text.substr(0, 200);
  EXPECT_LT(std::string_view(error.what()).size(), 600U) << text.substr(0, 200);
  EXPECT_THAT(error.what(), HasSubstr("a.jsonl"));
  return error.what();
}

std::string item(const std::string& fields) { return kHeader + "\n{" + fields + "}\n"; }

TEST(ImportLinesTest, ReadsWhatExportWrites) {
  const std::string digest = to_hex(sha256({}));
  const ImportedItems imported =
      read(item(R"("id":3,"class":"red","source":"a.png","sha256":")" + digest +
                R"(","width":28,"height":4294967295,"added":"2026-11-23T14:05:06Z",)" + kVector));
  ASSERT_EQ(imported.items.size(), 1U);
  const ItemInfo& info = imported.items[0].info;
  EXPECT_EQ(info.class_name, "red");
  EXPECT_EQ(info.source, "a.png");
  EXPECT_EQ(info.digest, sha256({}));
  EXPECT_EQ(info.width, 28U);
  EXPECT_EQ(info.height, 4294967295U);
  ASSERT_EQ(imported.embeddings.rows(), 1U);
  EXPECT_EQ(imported.embeddings.row(0)[1], 1.0F);
  EXPECT_TRUE(read(kHeader).items.empty());
}

TEST(ImportLinesTest, AFileThatBreaksOffIsNotImported) {
  test::BrokenInput broken(item(R"("class":"red",)" + kVector));
  std::istream in(&broken);
  const Error error = test::error_of([&] { ImportReader(in, "a.jsonl", kTarget).next(1000); });
  EXPECT_EQ(error.code(), ErrorCode::kIo);
  EXPECT_THAT(error.what(), HasSubstr("after line 2"));
}

TEST(ImportLinesTest, HandsOutSomeAtATime) {
  std::string text = kHeader + "\n";
  for (int i = 0; i < 5; ++i) {
    text += R"({"class":"c)" + std::to_string(i) + "\"," + kVector + "}\n\n";
  }
  std::istringstream in(text + "{}");
  ImportReader reader(in, "a.jsonl", kTarget);
  for (const std::string first : {"c0", "c2"}) {
    const ImportedItems some = reader.next(2);
    ASSERT_EQ(some.items.size(), 2U);
    EXPECT_EQ(some.items[0].info.class_name, first);
    EXPECT_EQ(some.embeddings.rows(), 2U);
  }
  const Error error = test::error_of([&] { reader.next(2); });
  EXPECT_THAT(error.what(), HasSubstr("line 12: it has no"));

  std::istringstream whole(text);
  ImportReader again(whole, "a.jsonl", kTarget);
  EXPECT_EQ(again.next(100).items.size(), 5U);
  EXPECT_TRUE(again.next(100).items.empty());
}

TEST(ImportLinesTest, TheHeaderSaysHowLongVectorsAre) {
  EXPECT_THAT(refusal(R"({"simdb_export":1,"dimension":32,"encoder":"0123456789abcdef"})"),
              HasSubstr("line 1: its vectors have 32 numbers, the database's have 16"));
  EXPECT_TRUE(read(R"({"simdb_export":1,"encoder":"0123456789abcdef","by":"me"})").items.empty());
}

TEST(ImportLinesTest, TakesBlankLinesAByteOrderMarkAndCarriageReturns) {
  const std::string line = R"({"class":"red",)" + kVector + "}";
  for (const std::string& text :
       {kHeader + "\n" + line + "\n\n", "\n" + kHeader + "\n \t\n" + line + "\n \n",
        "\xEF\xBB\xBF" + kHeader + "\n" + line, kHeader + "\r\n" + line + "\r\n\r\n"}) {
    EXPECT_EQ(read(text).items.size(), 1U) << text;
  }
  EXPECT_THAT(refusal("\n\n"), HasSubstr("it is empty"));
  EXPECT_THAT(refusal(kHeader + "\n\n{}"), HasSubstr("line 3"));
}

TEST(ImportLinesTest, NamesTheFieldInWordsOfItsOwn) {
  const std::string rest = "," + kVector;
  const std::vector<std::pair<std::string, std::string>> cases = {
      {R"({"class":5)" + rest + "}", R"(its "class" is no text)"},
      {R"({"class":"")" + rest + "}", R"(its "class": )"},
      {"{" + kVector + "}", R"(it has no "class")"},
      {R"({"class":"a"})", R"(it has no "vector")"},
      {R"({"class":"a","vector":[1,0]})", R"(its "vector" has 2 numbers, the database's have 16)"},
      {R"({"class":"a","vector":[2,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0]})", R"(its "vector": )"},
      {R"({"class":"a","sha256":5)" + rest + "}", R"(its "sha256" is no text)"},
      {R"({"class":"a","sha256":"x")" + rest + "}", R"(its "sha256": not a SHA-256)"},
      {R"({"class":"a","source":[])" + rest + "}", R"(its "source" is no text)"},
      {R"({"class":"a","source_bytes":5)" + rest + "}", R"(its "source_bytes" is no text)"},
      {R"({"class":"a","source_bytes":"abc")" + rest + "}", R"(its "source_bytes": it is not an)"},
      {R"({"class":"a","width":-1)" + rest + "}", R"(its "width" is not a whole number)"},
      {R"({"class":"a","class":"b")" + rest + "}", R"(it has two "class")"},
      {"[1]", "it is no JSON object"},
      {"text", "it is no JSON from byte"},
      {R"({"class":"a","vector":[1e999]})", "a number in it is too large"},
  };
  for (const auto& [line, words] : cases) {
    const std::string message = refusal(kHeader + "\n" + line);
    EXPECT_THAT(message, HasSubstr("line 2: " + words)) << line;
    EXPECT_EQ(message.find("json.exception"), std::string::npos) << message;
  }
  EXPECT_THAT(refusal("{}"), HasSubstr("line 1: it is not the line that 'simdb export'"));
  EXPECT_THAT(refusal(R"({"simdb_export":1})"), HasSubstr(R"(it has no "encoder")"));
}

TEST(ImportLinesTest, ClassAndVectorAreEnough) {
  const ImportedItems imported = read(item(R"("class":"red",)" + kVector));
  ASSERT_EQ(imported.items.size(), 1U);
  EXPECT_EQ(imported.items[0].info.width, 0U);
  EXPECT_TRUE(imported.items[0].info.source.empty());
}

TEST(ImportLinesTest, NamesTheBadLine) {
  EXPECT_THAT(refusal(""), HasSubstr("it is empty"));
  EXPECT_THAT(refusal("nonsense"), HasSubstr("line 1"));
  EXPECT_THAT(refusal(item(R"("class":"red",)" + kVector) + "{}"), HasSubstr("line 3"));
  EXPECT_THAT(refusal(R"({"simdb_export":2,"encoder":"0123456789abcdef"})"),
              HasSubstr("format version 2"));
  EXPECT_THAT(refusal(R"({"simdb_export":1,"encoder":"another"})"),
              HasSubstr("belong to encoder another"));
}

TEST(ImportLinesTest, RefusesFieldsOutOfTheirTypeOrRange) {
  for (const char* version : {"1.5", "-1", "1e300", "\"1\"", "true", "4294967297", "null"}) {
    refusal(R"({"simdb_export":)" + std::string(version) + R"(,"encoder":"0123456789abcdef"})");
  }
  for (const char* name : {"width", "height"}) {
    for (const char* value :
         {"-1", "28.5", "1e300", "4294967296", "\"28\"", "true", "null", "[]"}) {
      EXPECT_THAT(
          refusal(item(R"("class":"red",")" + std::string(name) + "\":" + value + "," + kVector)),
          HasSubstr(name));
    }
  }
  for (const char* fields :
       {R"("class":"")", R"("class":"a\u0000b")", R"("class":5)", R"("class":"red","source":5)",
        R"("class":"red","sha256":"abc")", R"("class":"red","sha256":5)"}) {
    refusal(item(fields + ("," + kVector)));
  }
  for (const char* vector :
       {"5", "[]", "[1]", "{}", R"(["a"])", "[2,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0]",
        "[1e300,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0]", "[true,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0]"}) {
    refusal(item(R"("class":"red","vector":)" + std::string(vector)));
  }
  refusal(item(R"("class":"red")"));
  refusal(item(kVector));
}

// Whatever stands in it, the message is one for a person, and reading it takes no stack.
TEST(ImportLinesTest, MessagesStayShort) {
  const std::string nested = std::string(1'000'000, '[') + std::string(1'000'000, ']');
  const std::string text = '"' + std::string(1'000'000, 'x') + '"';
  for (const std::string& value : {nested, text}) {
    refusal(value);
    refusal(kHeader + value);
    refusal(R"({"simdb_export":1,"encoder":)" + value + "}");
    for (const char* name : {"class", "sha256", "width", "vector"}) {
      refusal(
          item("\"" + std::string(name) + "\":" + value + R"(,"class":)" + value + "," + kVector));
      refusal(item(R"("class":"red",)" + kVector + ",\"" + name + "\":" + value));
    }
  }
}

TEST(ImportLinesTest, VectorsOfASpaceHaveAnyLength) {
  const ImportTarget target{kEncoder, 2, "clip"};
  const auto read_into = [&](const ImportTarget& into, const std::string& text) {
    std::istringstream in(text);
    return ImportReader(in, "a.jsonl", into).next(1000);
  };
  const std::string header = R"({"simdb_export":1,"dimension":2,"space":"clip"})";
  const std::string line = "\n{\"class\":\"red\",\"vector\":[3,4]}";
  const ImportedItems imported = read_into(target, header + line);
  ASSERT_EQ(imported.embeddings.rows(), 1U);
  EXPECT_EQ(imported.embeddings.row(0)[0], 0.6F);
  EXPECT_EQ(imported.embeddings.row(0)[1], 0.8F);
  const auto refusal_of = [&](const ImportTarget& into, const std::string& text) {
    return std::string(test::error_of([&] { read_into(into, text); }).what());
  };
  EXPECT_THAT(refusal_of(target, header + "\n{\"class\":\"red\",\"vector\":[0,0]}"),
              HasSubstr("zero vector"));
  EXPECT_THAT(refusal_of({kEncoder, 2, "text"}, header + line),
              HasSubstr("of the space 'clip', the database's of the space 'text'"));
  EXPECT_THAT(refusal_of({kEncoder, 2}, header + line),
              HasSubstr("of the space 'clip', the database's of an encoder"));
  EXPECT_THAT(refusal_of({kEncoder, 3, "clip"}, header + line), HasSubstr("have 2 numbers"));
  EXPECT_THAT(refusal_of(target, R"({"simdb_export":1,"dimension":2})" + line),
              HasSubstr("of an encoder, the database's of the space 'clip'"));
}

}  // namespace
}  // namespace simdb
