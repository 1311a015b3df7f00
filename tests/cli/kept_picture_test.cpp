#include "cli/kept_picture.h"

#include <gmock/gmock.h>

#include "core/file_io.h"
#include "simdb/embedding.h"
#include "simdb/error.h"
#include "simdb/image_codec.h"
#include "tests/support/decoders.h"
#include "tests/support/errors.h"
#include "tests/support/images.h"
#include "tests/support/temporary_folder.h"

namespace simdb::cli {
namespace {

class KeptPictureTest : public testing::Test {
 protected:
  KeptPictureTest() : decoder_(test::random_decoder_file(9, 8, 3)) {
    write_file_atomic(folder_ / "d.onnx", std::span<const std::byte>(file_));
  }

  const std::vector<std::byte> file_ = test::random_decoder_file(9, 8, 3);
  test::TemporaryFolder folder_;
  const ImageDecoder decoder_;
  const Image image_ = test::noise_image(9, 8, 3, 1);
  const std::vector<std::byte> thumbnail_ = encode_png(image_);
};

TEST_F(KeptPictureTest, IsMadeOfTheEmbeddingAndNotOfTheLatent) {
  const CodePart& own = decoder_.parts()[1];
  const Embedding embedding = Embedding::normalized(std::vector<float>(own.size, 1.0F));
  const auto code = code_of(decoder_, own, embedding.values(), thumbnail_, "x");
  ASSERT_TRUE(code);
  const std::vector<float> seen = decoder_.encode({&image_, 1});
  for (std::size_t i = 0; i < code->size(); ++i) {
    const bool is_own = i >= own.first && i < own.first + own.size;
    const float expected = is_own                  ? embedding.values()[i - own.first]
                           : i < decoder_.latent() ? 0
                                                   : seen[i];
    EXPECT_EQ((*code)[i], expected) << i;
  }
  const KeptPictures kept((folder_ / "d.onnx").string(), own.fingerprint);
  const Image picture = decode_image(kept.of(embedding.values(), thumbnail_, "x"), "picture");
  EXPECT_EQ(picture.pixels, decoder_.decode(*code).front().pixels);
}

TEST_F(KeptPictureTest, OtherEncodersTakeAThumbnail) {
  const CodePart& own = decoder_.parts()[0];
  const Embedding embedding = Embedding::normalized(std::vector<float>(own.size, 1.0F));
  const KeptPictures kept((folder_ / "d.onnx").string(), own.fingerprint);
  EXPECT_TRUE(kept.of(embedding.values(), {}, "x").empty());
}

TEST_F(KeptPictureTest, TellsWhichEncodersADecoderHas) {
  const Error error = test::error_of([&] { (void)part_of(decoder_, "0123"); });
  EXPECT_EQ(error.code(), ErrorCode::kBadInput);
  EXPECT_THAT(error.what(), testing::HasSubstr("use (0123)"));
  for (const CodePart& part : decoder_.parts()) {
    EXPECT_THAT(error.what(),
                testing::HasSubstr(part.name + " (" + part.fingerprint.substr(0, 12)));
  }
}

}  // namespace
}  // namespace simdb::cli
