#include <cstring>

#include "core/base64.h"
#include "simdb/shipped_encoders.h"
#include "tests/server/service_fixture.h"

namespace simdb::server {
namespace {

class ApiVectorsTest : public ServiceTest {
 protected:
  static std::string uri(const std::string& file, const std::string& head = "image/png;base64") {
    return "data:" + head + "," + to_base64(std::as_bytes(std::span(file)));
  }
  HttpAnswer post(const std::string& path, const json& body) {
    return ask("POST", path, body.dump(), "application/json", kReading);
  }
};

TEST_F(ApiVectorsTest, ComparesImagesItemsAndVectors) {
  ASSERT_EQ(add("red", picture(200, 0, 0)).status, 201);
  json vector = json::array({0, 0.5, 0});
  for (int i = 3; i < 16; ++i) vector.push_back(0);
  const json red = uri(picture(90, 0, 0));
  EXPECT_EQ(post("/v1/compare", {{"a", red}, {"b", {{"id", 1}}}}).body,
            "{\"a\":\"image\",\"b\":\"1\",\"similarity\":1.0}\n");
  EXPECT_EQ(post("/v1/compare", {{"a", {{"vector", vector}}}, {"b", red}}).body,
            "{\"a\":\"vector\",\"b\":\"image\",\"similarity\":0.0}\n");
  const json both = json::parse(
      post("/v1/compare", {{"a", uri(picture(60, 80, 0))}, {"b", uri(picture(80, 60, 0))}}).body);
  EXPECT_FLOAT_EQ(both["similarity"], 0.96F);
  EXPECT_EQ(post("/v1/compare", {{"a", red}, {"b", {{"id", 2}}}}).status, 404);
  for (const json& wrong : {json("red"), json(1), json::object(), json({{"id", -1}}),
                            json({{"id", 1}, {"vector", vector}}), json({{"vector", {1, 2}}}),
                            json({{"vector", "x"}}), json("data:text/plain;base64,AAAA"),
                            json("data:image/png,AAAA"), json("http://127.0.0.1/a.png")}) {
    EXPECT_EQ(post("/v1/compare", {{"a", red}, {"b", wrong}}).status, 400) << wrong;
  }
  EXPECT_EQ(post("/v1/compare", {{"a", red}}).status, 400);
  EXPECT_EQ(post("/v1/compare", {{"a", red}, {"b", red}, {"c", red}}).status, 400);
}

TEST_F(ApiVectorsTest, EmbedsAsOpenAiDoes) {
  const HttpAnswer one = post("/v1/embeddings", {{"input", uri(picture(0, 7, 0))}});
  const std::string& model = database_->gallery().encoder_fingerprint();
  EXPECT_EQ(one.body,
            "{\"object\":\"list\",\"data\":[{\"object\":\"embedding\",\"index\":0,\"embedding\":"
            "[0,1,0,0,0,0,0,0,0,0,0,0,0,0,0,0]}],\"model\":\"" +
                model + "\",\"usage\":{\"prompt_tokens\":0,\"total_tokens\":0}}\n");
  json input = json::array();
  for (std::uint8_t shade = 0; shade < 64; ++shade) input.push_back(uri(picture(200, shade, 0)));
  const json all = json::parse(post("/v1/embeddings", {{"input", input}, {"model", model}}).body);
  ASSERT_EQ(all["data"].size(), 64U);
  for (std::size_t i = 0; i < 64; ++i) {
    EXPECT_EQ(all["data"][i]["index"], i);
    const std::vector<float> embedding = all["data"][i]["embedding"];
    EXPECT_NEAR(embedding[1] / embedding[0], static_cast<double>(i) / 200, 1e-6);
  }
  const json coded = json::parse(
      post("/v1/embeddings", {{"input", {input[3]}}, {"encoding_format", "base64"}}).body);
  const auto bytes = from_base64(coded["data"][0]["embedding"].get<std::string>());
  ASSERT_TRUE(bytes);
  std::vector<float> floats(16);
  ASSERT_EQ(bytes->size(), 64U);
  std::memcpy(floats.data(), bytes->data(), 64);
  EXPECT_EQ(floats, all["data"][3]["embedding"].get<std::vector<float>>());
  input.push_back(input[0]);
  for (const json& wrong : {input, json::array(), json("a cat"), json(7), json({uri("x"), 7})}) {
    EXPECT_EQ(post("/v1/embeddings", {{"input", wrong}}).status, 400) << wrong.dump().substr(0, 99);
  }
  EXPECT_EQ(post("/v1/embeddings", {{"input", input[0]}, {"encoding_format", "int8"}}).status, 400);
  for (const char* other : {"text-embedding-3-small", "../model", ""}) {
    EXPECT_EQ(post("/v1/embeddings", {{"input", input[0]}, {"model", other}}).status, 404);
  }
  EXPECT_EQ(
      post("/v1/embeddings", {{"input", input[0]}, {"model", shipped_encoders()[0].name}}).status,
      404)
      << "that is not the encoder of this database";
}

TEST_F(ApiVectorsTest, ImagesGoThroughTheSameGateAsUploads) {
  const std::string good = picture(9, 0, 0);
  const std::string cut = good.substr(0, good.size() / 2);
  const std::string black = picture(0, 0, 0);  // has no features
  for (const std::string& bad : {std::string("no image"), std::string(), cut, black}) {
    EXPECT_EQ(post("/v1/embeddings", {{"input", {uri(good), uri(bad), uri(good)}}}).status, 422);
    EXPECT_EQ(post("/v1/compare", {{"a", uri(bad)}, {"b", uri(good)}}).status, 422);
  }
  EXPECT_EQ(post("/v1/embeddings", {{"input", uri(good) + "="}}).status, 422) << "no base64";
  EXPECT_EQ(post("/v1/embeddings", {{"input", uri(good, "IMAGE/x;q=1;BASE64")}}).status, 200)
      << "its bytes tell what it is";
  Image large = test::solid_image(2100, 2100, {9, 9, 9});
  std::string file;
  for (const std::byte byte : encode_png(large)) file += static_cast<char>(byte);
  const json several = {uri(good), uri(file), uri(file), uri(good)};
  EXPECT_EQ(post("/v1/embeddings", {{"input", several}}).status, 200);
}

}  // namespace
}  // namespace simdb::server
