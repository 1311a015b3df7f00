#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "encoder/model/onnx_model_metadata_internal.h"
#include "simdb/error.h"

namespace simdb {
namespace {

const std::string kGood =
    R"({"width":28,"height":20,"channels":3,"resize":"fit","background":[255,254,0],)"
    R"("mean":[0,0.5,1],"scale":[1,2,0.25]})";

std::string replaced(const std::string& what, const std::string& with) {
  std::string json = kGood;
  return json.replace(json.find(what), what.size(), with);
}

TEST(OnnxModelMetadataTest, RoundTripIsExact) {
  const InputSpec spec{.width = 1,
                       .height = 4096,
                       .channels = 1,
                       .resize = ResizeRule::kStretch,
                       .background = {0, 1, 2},
                       .mean = {0.1F, 1e-30F, -123.456F},
                       .scale = {1.0F / 3, 0.229F, 1e30F}};
  EXPECT_EQ(input_from_json(input_to_json(spec)), spec);
}

TEST(OnnxModelMetadataTest, SeveralViewsAreToldAndNeedANewerReader) {
  InputSpec spec;
  EXPECT_EQ(input_to_json(spec).find("views"), std::string::npos);
  EXPECT_EQ(format_version_of(spec), 1);
  spec.views = kSizedViews;
  EXPECT_EQ(input_from_json(input_to_json(spec)), spec);
  EXPECT_EQ(format_version_of(spec), 2);
}

TEST(OnnxModelMetadataTest, TrimmingNeedsANewerReader) {
  InputSpec spec;
  spec.resize = ResizeRule::kTrim;
  EXPECT_EQ(input_from_json(input_to_json(spec)), spec);
  EXPECT_EQ(format_version_of(spec), 2);
}

TEST(OnnxModelMetadataTest, ReadsWhatOtherProgramsWrite) {
  const InputSpec spec = input_from_json(replaced("28,", " 28 ,\n \"more\": null,"));
  EXPECT_EQ(spec.width, 28);
  EXPECT_EQ(spec.background[1], 254);
  EXPECT_EQ(spec.scale[2], 0.25F);
}

TEST(OnnxModelMetadataTest, RefusesEveryFieldOutOfItsTypeOrRange) {
  const std::string cases[] = {
      "",
      "{",
      "[]",
      "null",
      "{}",
      replaced("\"width\"", "\"wide\""),
      replaced("28", "28.7"),
      replaced("28", "true"),
      replaced("28", "\"28\""),
      replaced("28", "-28"),
      replaced("28", "0"),
      replaced("28", "4294967324"),  // 28 in 32 bits
      replaced("28", "18446744073709551615"),
      replaced("\"channels\":3", "\"channels\":4"),
      replaced("\"fit\"", "\"crop\""),
      replaced("\"fit\"", "1"),
      replaced("\"fit\"", "\"fit\",\"views\":0"),
      replaced("\"fit\"", "\"fit\",\"views\":2"),
      replaced("\"fit\"", "\"fit\",\"views\":5.5"),
      replaced("255", "300"),
      replaced("255", "-1"),
      replaced("255", "1.5"),
      replaced("[255,254,0]", "[255,254]"),
      replaced("[255,254,0]", "[255,254,0,0]"),
      replaced("[255,254,0]", "255"),
      replaced("[0,0.5,1]", "[0,\"0.5\",1]"),
      replaced("[0,0.5,1]", "[0,1e300,1]"),
      replaced("[0,0.5,1]", "[0,1e999,1]"),
      replaced("[0,0.5,1]", "{\"0\":1,\"1\":1,\"2\":1}"),
      replaced("[1,2,0.25]", "[1,2,0]"),
      replaced("[1,2,0.25]", "[1,2,1e-300]"),
  };
  for (const std::string& json : cases) {
    try {
      input_from_json(json);
      ADD_FAILURE() << "accepted: " << json;
    } catch (const Error& e) {
      EXPECT_EQ(e.code(), ErrorCode::kBadInput) << json;
    }
  }
}

// Whatever stands in it, the message is one for a person, and finding it takes no stack.
TEST(OnnxModelMetadataTest, MessagesStayShort) {
  const std::string nested = std::string(1'000'000, '[') + std::string(1'000'000, ']');
  const std::string text = '"' + std::string(1'000'000, 'x') + '"';
  for (const std::string& value : {nested, text}) {
    for (const std::string& json :
         {replaced("28", value), replaced("[255,254,0]", value), replaced("[0,0.5,1]", value),
          replaced("0.5", value), replaced("\"fit\"", value), value, kGood + value,
          "{\"width\":28" + value}) {
      try {
        input_from_json(json);
        ADD_FAILURE() << "accepted: " << json.substr(0, 100);
      } catch (const Error& e) {
        EXPECT_EQ(e.code(), ErrorCode::kBadInput);
        EXPECT_LT(std::string_view(e.what()).size(), 400U);
      }
    }
  }
}

}  // namespace
}  // namespace simdb
