#include "simdb/onnx_encoder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <random>
#include <thread>

#include "encoder/image/preprocess.h"
#include "encoder/model/onnx_model.h"
#include "simdb/digest.h"
#include "simdb/error.h"
#include "simdb/model_trial.h"
#include "tests/support/hostile_models.h"
#include "tests/support/images.h"
#include "tests/support/models.h"
#include "tests/support/temporary_folder.h"

namespace simdb {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

// A naive implementation of the layers, in double.
struct Tensor {
  int channels;
  int height;
  int width;
  std::vector<double> values;

  double at(int c, int y, int x) const {
    if (y < 0 || y >= height || x < 0 || x >= width) return 0;  // zero padding
    return values[(static_cast<std::size_t>(c) * height + y) * width + x];
  }
};

Tensor apply(const ConvLayer& conv, const Tensor& in) {
  Tensor out{conv.out_channels, in.height, in.width, {}};
  for (int o = 0; o < conv.out_channels; ++o) {
    for (int y = 0; y < in.height; ++y) {
      for (int x = 0; x < in.width; ++x) {
        double sum = conv.bias[o];
        std::size_t w = static_cast<std::size_t>(o) * in.channels * conv.kernel * conv.kernel;
        for (int i = 0; i < in.channels; ++i) {
          for (int ky = 0; ky < conv.kernel; ++ky) {
            for (int kx = 0; kx < conv.kernel; ++kx) {
              sum +=
                  conv.weight[w++] * in.at(i, y + ky - conv.kernel / 2, x + kx - conv.kernel / 2);
            }
          }
        }
        out.values.push_back(conv.relu ? std::max(sum, 0.0) : sum);
      }
    }
  }
  return out;
}

Tensor apply(const MaxPoolLayer& pool, const Tensor& in) {
  Tensor out{in.channels, in.height / pool.size, in.width / pool.size, {}};
  for (int c = 0; c < out.channels; ++c) {
    for (int y = 0; y < out.height; ++y) {
      for (int x = 0; x < out.width; ++x) {
        double most = in.at(c, y * pool.size, x * pool.size);
        for (int i = 0; i < pool.size * pool.size; ++i) {
          most = std::max(most,
                          in.at(c, y * pool.size + i / pool.size, x * pool.size + i % pool.size));
        }
        out.values.push_back(most);
      }
    }
  }
  return out;
}

Tensor apply(const ResidualLayer& residual, const Tensor& in) {
  const Tensor past = residual.shortcut ? apply(*residual.shortcut, in) : in;
  Tensor out = apply(residual.second, apply(residual.first, in));
  for (std::size_t i = 0; i < out.values.size(); ++i) {
    out.values[i] = std::max(out.values[i] + past.values[i], 0.0);
  }
  return out;
}

Tensor apply(const AveragePoolLayer&, const Tensor& in) {
  Tensor out{in.channels, 1, 1, std::vector<double>(in.channels)};
  const std::size_t area = static_cast<std::size_t>(in.height) * in.width;
  for (std::size_t i = 0; i < in.values.size(); ++i) {
    out.values[i / area] += in.values[i] / static_cast<double>(area);
  }
  return out;
}

Tensor apply(const DenseLayer& dense, const Tensor& in) {
  Tensor out{dense.out_features, 1, 1, {}};
  for (int o = 0; o < dense.out_features; ++o) {
    double sum = dense.bias[o];
    for (int i = 0; i < dense.in_features; ++i) {
      sum += dense.weight[static_cast<std::size_t>(o) * dense.in_features + i] * in.values[i];
    }
    out.values.push_back(dense.relu ? std::max(sum, 0.0) : sum);
  }
  return out;
}

std::vector<double> naive_embedding(const EncoderModel& model, const Image& image) {
  std::vector<float> planes(model.input.values());
  preprocess(image, model.input, planes);
  Tensor tensor{
      model.input.channels, model.input.height, model.input.width, {planes.begin(), planes.end()}};
  for (const Layer& layer : model.layers) {
    tensor = std::visit([&](const auto& concrete) { return apply(concrete, tensor); }, layer);
  }
  double length = 0;
  for (const double value : tensor.values) length += value * value;
  for (double& value : tensor.values) value /= std::sqrt(length);
  return tensor.values;
}

void expect_agreement(const EncoderModel& model, std::span<const Image> images) {
  const EmbeddingBatch embeddings = OnnxEncoder(write_onnx_model(model)).encode(images);
  ASSERT_EQ(embeddings.rows(), images.size());
  for (std::size_t i = 0; i < images.size(); ++i) {
    const std::vector<double> expected = naive_embedding(model, images[i]);
    ASSERT_EQ(embeddings.dimension(), expected.size());
    for (std::size_t d = 0; d < expected.size(); ++d) {
      ASSERT_NEAR(embeddings.row(i)[d], expected[d], 1e-5) << "image " << i << ", feature " << d;
    }
  }
}

// Weights in [-0.2, 0.2].
struct RandomWeights {
  std::mt19937 random{4};
  std::vector<float> operator()(int count) {
    std::vector<float> values(count);
    for (float& value : values) value = static_cast<float>(random() % 2001) / 5000 - 0.2F;
    return values;
  }
  ConvLayer conv(int in, int out, int kernel, bool relu) {
    return {in, out, kernel, (*this)(in * out * kernel * kernel), (*this)(out), relu};
  }
};

std::vector<Image> noise_images(int count, int side = 28) {
  std::vector<Image> images;
  for (int i = 0; i < count; ++i) images.push_back(test::noise_image(side, side, 3, 100 + i));
  return images;
}

std::vector<float> values_of(const EmbeddingBatch& batch) {
  return {batch.values().begin(), batch.values().end()};
}

TEST(OnnxEncoderTest, ComputesTheNetworkInEveryDimension) {
  for (const int dimension : {16, 32, 64, 512}) {
    const EncoderModel model = test::random_model(dimension, 1);
    expect_agreement(model, noise_images(5));
    EXPECT_EQ(OnnxEncoder(write_onnx_model(model)).dimension(),
              static_cast<std::size_t>(dimension));
  }
}

TEST(OnnxEncoderTest, ComputesOddSizesGreyAndNormalisation) {
  const InputSpec input{.width = 27,
                        .height = 13,
                        .channels = 1,
                        .resize = ResizeRule::kStretch,
                        .mean = {0.4F, 0, 0},
                        .scale = {0.3F, 1, 1}};
  expect_agreement(test::random_model(16, 2, input), noise_images(5));
}

TEST(OnnxEncoderTest, ComputesOtherLayers) {
  // Kernels of 1 and 5, a pooling of 3, no ReLU behind a convolution, a hidden dense layer.
  EncoderModel model = test::random_model(16, 3, {.width = 12, .height = 12});
  RandomWeights weights;
  model.layers = {
      ConvLayer{3, 6, 5, weights(6 * 3 * 25), weights(6), false},
      ConvLayer{6, 4, 1, weights(4 * 6), weights(4), true},
      MaxPoolLayer{3},
      DenseLayer{4 * 4 * 4, 20, weights(20 * 64), weights(20), true},
      DenseLayer{20, 32, weights(32 * 20), weights(32), false},
  };
  expect_agreement(model, noise_images(5));
}

TEST(OnnxEncoderTest, ComputesResidualBlocks) {
  RandomWeights weights;
  const auto block = [&](int in, int out, bool with_shortcut) {
    ResidualLayer layer{weights.conv(in, out, 3, true), weights.conv(out, out, 3, false), {}};
    if (with_shortcut) layer.shortcut = weights.conv(in, out, 1, false);
    return layer;
  };
  EncoderModel model;
  model.input = {.width = 13, .height = 10};
  // A block first, blocks behind one another, a shortcut that changes nothing of the shape.
  model.layers = {block(3, 8, true),  block(8, 8, false), MaxPoolLayer{},    block(8, 8, true),
                  block(8, 8, false), block(8, 12, true), AveragePoolLayer{}};
  model.layers.emplace_back(DenseLayer{12, 16, weights(12 * 16), weights(16), false});
  expect_agreement(model, noise_images(70));
}

TEST(OnnxEncoderTest, ComputesAveragesOfConvolutions) {
  RandomWeights weights;
  EncoderModel model;
  model.input = {.width = 9, .height = 7, .channels = 1};
  model.layers = {weights.conv(1, 8, 3, true), AveragePoolLayer{}, AveragePoolLayer{},
                  DenseLayer{8, 16, weights(8 * 16), weights(16), false}};
  expect_agreement(model, noise_images(3));
}

TEST(OnnxEncoderTest, TakesImagesOfEverySizeAndKind) {
  const std::vector<Image> images = {
      test::noise_image(28, 28, 3, 1), test::noise_image(100, 60, 3, 2),
      test::noise_image(5, 90, 1, 3),  test::noise_image(40, 40, 4, 4),
      test::noise_image(1, 1, 3, 5),
  };
  expect_agreement(test::random_model(16, 5), images);
}

TEST(OnnxEncoderTest, AnEmbeddingDoesNotDependOnItsBatch) {
  const OnnxEncoder encoder(test::random_model_file(16, 6));
  const std::vector<Image> images = noise_images(100);
  const std::vector<float> all = values_of(encoder.encode(images));
  for (const std::size_t size : {1, 7, 32, 33, 64}) {
    EmbeddingBatch parts(16);
    for (std::size_t first = 0; first < images.size(); first += size) {
      parts.append(
          encoder.encode(std::span(images).subspan(first, std::min(size, images.size() - first))));
    }
    EXPECT_EQ(values_of(parts), all) << "batches of " << size;
  }
}

TEST(OnnxEncoderTest, ThreadsDoNotDisturbOneAnother) {
  const OnnxEncoder encoder(test::random_model_file(16, 7));
  const std::vector<Image> images = noise_images(70);
  const std::vector<float> expected = values_of(encoder.encode(images));
  std::vector<std::vector<float>> found(8);
  std::vector<std::thread> threads;
  for (std::vector<float>& values : found) {
    threads.emplace_back([&] {
      for (int i = 0; i < 3; ++i) values = values_of(encoder.encode(images));
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const std::vector<float>& values : found) EXPECT_EQ(values, expected);
}

TEST(OnnxEncoderTest, PlanesAreWhatPreprocessGives) {
  const OnnxEncoder encoder(test::random_model_file(16, 8));
  const std::vector<Image> images = noise_images(40, 50);
  const std::size_t size = encoder.header().input.values();
  std::vector<float> planes(images.size() * size);
  for (std::size_t i = 0; i < images.size(); ++i) {
    preprocess(images[i], encoder.header().input, std::span(planes).subspan(i * size, size));
  }
  EXPECT_EQ(values_of(encoder.encode_planes(planes)), values_of(encoder.encode(images)));
  EXPECT_THROW(encoder.encode_planes(std::span(planes).first(size + 1)), Error);
}

TEST(OnnxEncoderTest, AnEmbeddingIsTheMeanOfItsViews) {
  EncoderModel model = test::random_model(16, 8);
  model.input.views = kSizedViews;
  const OnnxEncoder encoder(write_onnx_model(model));
  EXPECT_EQ(encoder.header().input.views, kSizedViews);
  std::vector<Image> images;
  for (int i = 0; i < 40; ++i) images.push_back(test::noise_image(30 + i, 50, 3, 100 + i));
  const EmbeddingBatch embeddings = encoder.encode(images);
  ASSERT_EQ(embeddings.rows(), images.size());
  const std::size_t values = model.input.values();
  for (std::size_t i = 0; i < images.size(); ++i) {
    const Image fitted = fit_to_input(images[i], model.input);
    std::vector<std::uint8_t> view(values);
    std::vector<float> planes(kSizedViews * values);
    for (int number = 0; number < kSizedViews; ++number) {
      write_view(fitted.pixels, model.input, number, view);
      normalize_pixels(view, model.input, std::span(planes).subspan(number * values, values));
    }
    const EmbeddingBatch views = encoder.encode_planes(planes);
    std::vector<float> mean(encoder.dimension());
    for (std::size_t k = 0; k < views.values().size(); ++k) {
      mean[k % mean.size()] += views.values()[k];
    }
    EmbeddingBatch expected(encoder.dimension());
    expected.append_normalized(mean);
    for (std::size_t d = 0; d < mean.size(); ++d) {
      ASSERT_NEAR(embeddings.row(i)[d], expected.row(0)[d], 1e-5) << "image " << i;
    }
  }
}

TEST(OnnxEncoderTest, NoImagesNoEmbeddings) {
  const OnnxEncoder encoder(test::random_model_file(16, 9));
  EXPECT_TRUE(encoder.encode({}).empty());
  EXPECT_TRUE(encoder.encode_planes({}).empty());
}

TEST(OnnxEncoderTest, NamesTheImageWithoutFeatures) {
  EncoderModel model = test::random_model(16, 10);
  for (Layer& layer : model.layers) {
    if (auto* conv = std::get_if<ConvLayer>(&layer)) std::ranges::fill(conv->bias, 0.0F);
    if (auto* dense = std::get_if<DenseLayer>(&layer)) std::ranges::fill(dense->bias, 0.0F);
  }
  const OnnxEncoder encoder(write_onnx_model(model));
  std::vector<Image> images = noise_images(50);
  images[40] = test::solid_image(28, 28, {0, 0, 0});
  try {
    encoder.encode(images);
    FAIL() << "no error";
  } catch (const Error& e) {
    EXPECT_EQ(e.code(), ErrorCode::kBadInput);
    EXPECT_THAT(e.what(), AllOf(HasSubstr("image 41"), HasSubstr("no features")));
  }
}

TEST(OnnxEncoderTest, NamesTheFirstBrokenImage) {
  const OnnxEncoder encoder(test::random_model_file(16, 11));
  std::vector<Image> images = noise_images(100);
  images[90].pixels.clear();
  images[60].pixels.pop_back();
  try {
    encoder.encode(images);
    FAIL() << "no error";
  } catch (const Error& e) {
    EXPECT_EQ(e.code(), ErrorCode::kBadInput);
    EXPECT_THAT(e.what(), HasSubstr("image 61:"));
  }
  EXPECT_EQ(encoder.encode(noise_images(3)).rows(), 3U);  // and goes on working
}

TEST(OnnxEncoderTest, TheFingerprintIsTheDigestOfTheFile) {
  const auto file = test::random_model_file(16, 12);
  EXPECT_EQ(OnnxEncoder(file).fingerprint(), to_hex(sha256(file)));
  EXPECT_EQ(load_onnx_encoder(file, "told")->fingerprint(), "told");  // not worked out again
}

TEST(OnnxEncoderTest, RefusesWhatIsNoModel) {
  try {
    OnnxEncoder(std::as_bytes(std::span("text")), "notes.onnx");
    FAIL() << "no error";
  } catch (const Error& e) {
    EXPECT_EQ(e.code(), ErrorCode::kBadInput);
    EXPECT_THAT(e.what(), HasSubstr("notes.onnx"));
  }
}

TEST(OnnxEncoderTest, OneThatIsPinnedIsTheSame) {
  const auto file = test::random_model_file(16, 12, {.width = 8, .height = 8});
  const std::vector<Image> images = {test::noise_image(8, 8, 3, 1), test::noise_image(9, 7, 1, 2)};
  EXPECT_EQ(values_of(load_onnx_encoder(file, "told")->encode(images)),
            values_of(OnnxEncoder(file).encode(images)));
  EXPECT_THROW(load_onnx_encoder(std::vector<std::byte>(10), "told"), Error);
}

// Damage that leaves a readable file, in one without a checksum: it is refused, or runs.
TEST(OnnxEncoderTest, FlippedBitsGiveAnErrorOrAnEncoder) {
  const auto whole =
      test::without_checksum(test::random_model_file(16, 14, {.width = 8, .height = 8}));
  const std::vector<Image> images = {test::noise_image(8, 8, 3, 1)};
  std::mt19937 random(2);
  int refused = 0;
  ::testing::internal::CaptureStderr();
  for (int trial = 0; trial < 60; ++trial) {
    auto flipped = whole;
    // Names, shapes and attributes lie in the first and the last bytes, weights in between.
    const std::size_t from_end = 1 + random() % 700;
    flipped[flipped.size() - from_end] ^= static_cast<std::byte>(1 << random() % 8);
    try {
      judge_encoder(flipped, "flipped.onnx");
      OnnxEncoder(flipped).encode(images);
    } catch (const Error& e) {
      ++refused;
      EXPECT_EQ(e.code(), ErrorCode::kBadInput) << e.what();
      EXPECT_EQ(std::string_view(e.what()).find('\n'), std::string_view::npos) << e.what();
    }
  }
  EXPECT_EQ(::testing::internal::GetCapturedStderr(), "");
  EXPECT_GT(refused, 0);
  EXPECT_LT(refused, 60);
}

TEST(OnnxEncoderTest, ReadsModelFiles) {
  const test::TemporaryFolder folder;
  const auto model = test::random_model_file(16, 13);
  std::ofstream(folder / "a.onnx", std::ios::binary)
      .write(reinterpret_cast<const char*>(model.data()),
             static_cast<std::streamsize>(model.size()));
  EXPECT_EQ(read_model_file(folder / "a.onnx"), model);
  EXPECT_THROW(read_model_file(folder / "b.onnx"), Error);
}

}  // namespace
}  // namespace simdb
