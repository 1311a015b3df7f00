#include "simdb/encode_images.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <fstream>
#include <thread>
#include <vector>

#include "core/file_io.h"
#include "core/parallel.h"
#include "simdb/image_codec.h"
#include "tests/support/first_pixel_encoder.h"
#include "tests/support/images.h"
#include "tests/support/temporary_folder.h"

namespace simdb {
namespace {

using testing::HasSubstr;

class EncodeImagesTest : public testing::Test {
 protected:
  // `count` files whose first pixel tells their number.
  std::vector<std::filesystem::path> make_files(int count) const {
    std::vector<std::filesystem::path> paths;
    for (int i = 0; i < count; ++i)
      paths.push_back(make_file(i, static_cast<std::uint8_t>(i % 200 + 1)));
    return paths;
  }
  std::filesystem::path make_file(int number, std::uint8_t red) const {
    const std::filesystem::path path = folder_ / (std::to_string(number) + ".png");
    const auto bytes = encode_png(
        test::solid_image(4, 4, {red, static_cast<std::uint8_t>(red == 0 ? 0 : 100), 0}));
    std::ofstream(path, std::ios::binary)
        .write(reinterpret_cast<const char*>(bytes.data()),
               static_cast<std::streamsize>(bytes.size()));
    return path;
  }

  test::TemporaryFolder folder_;
  test::FirstPixelEncoder encoder_;
};

TEST_F(EncodeImagesTest, HandsOnEveryFileInOrder) {
  const auto paths = make_files(500);
  std::size_t next = 0;
  encode_images(encoder_, list_of(paths), [&](EncodedRun& run) {
    EXPECT_EQ(run.images.size(), run.embeddings.rows());
    for (std::size_t i = 0; i < run.indices.size(); ++i) {
      EXPECT_EQ(run.indices[i], next++);
      EXPECT_EQ(run.images[i].source, paths[run.indices[i]]);
      const auto row = run.embeddings.row(i);
      EXPECT_NEAR(row[0] / row[1], static_cast<float>(run.indices[i] % 200 + 1) / 100, 1e-4);
    }
    EXPECT_EQ(run.end, next);
    return true;
  });
  EXPECT_EQ(next, 500U);
}

TEST_F(EncodeImagesTest, WithoutThreadsTheWorkIsDoneAllTheSame) {
  const auto paths = make_files(300);
  std::filesystem::permissions(folder_.path(), std::filesystem::perms(0755));
  const pid_t child = ::fork();
  if (child == 0) {
    // The superuser may have any number of threads.
    const rlimit none{0, 0};
    if (::setrlimit(RLIMIT_NPROC, &none) != 0) ::_exit(2);
    if (::geteuid() == 0 && ::setuid(65534) != 0) ::_exit(3);
    std::vector<std::jthread> threads;
    if (start_thread(threads, [] {})) ::_exit(4);
    std::size_t done = 0;
    ::alarm(60);
    encode_images(encoder_, list_of(paths), [&](EncodedRun& run) {
      done += run.images.size();
      return true;
    });
    ::_exit(done == paths.size() ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status)) << "signal " << WTERMSIG(status);
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

TEST_F(EncodeImagesTest, BadFilesFailAloneWhateverIsWrong) {
  auto paths = make_files(200);
  paths[3] = folder_ / "missing.png";
  paths[150] = make_file(1000, 0);  // decodes, but has no features
  std::vector<ImageFailure> failures;
  std::size_t good = 0;
  encode_images(encoder_, list_of(paths), [&](EncodedRun& run) {
    good += run.images.size();
    for (std::size_t i = 0; i < run.indices.size(); ++i)
      EXPECT_EQ(run.images[i].source, paths[run.indices[i]]);
    failures.insert(failures.end(), run.failures.begin(), run.failures.end());
    return true;
  });
  EXPECT_EQ(good, 198U);
  ASSERT_EQ(failures.size(), 2U);
  EXPECT_EQ(failures[0].code, ErrorCode::kNotFound);
  EXPECT_EQ(failures[1].code, ErrorCode::kBadInput);
  EXPECT_THAT(failures[1].message, HasSubstr("1000.png"));
}

TEST_F(EncodeImagesTest, LetsGoOfPixelsAndHoldsTheLimits) {
  const auto paths = make_files(3);
  std::size_t good = 0;
  encode_images(encoder_, list_of(paths), [&](EncodedRun& run) {
    for (const SourceImage& source : run.images) {
      ++good;
      EXPECT_TRUE(source.image.pixels.empty());
      EXPECT_EQ(source.image.width, 4);
    }
    return true;
  });
  EXPECT_EQ(good, 3U);
  std::size_t bad = 0;
  encode_images(encoder_, list_of(paths, {.max_side = 3}), [&](EncodedRun& run) {
    EXPECT_TRUE(run.images.empty());
    bad += run.failures.size();
    return true;
  });
  EXPECT_EQ(bad, 3U);
}

TEST_F(EncodeImagesTest, WhatIsKnownIsNotLoaded) {
  const auto paths = make_files(200);
  ImageList list = list_of(paths);
  std::atomic<int> loaded = 0;
  list.load = [&](std::size_t i) {
    ++loaded;
    return load_image(paths[i]);
  };
  // Every third, but for one that can't be read.
  std::vector<Sha256> known_digests;
  for (std::size_t i = 0; i < paths.size(); i += 3) {
    known_digests.push_back(identify_image(paths[i]).digest);
  }
  std::filesystem::remove(paths[6]);
  const std::vector<float> axis = [] {
    std::vector<float> values(16);
    values[15] = 1;
    return values;
  }();
  const auto known = [&](SourceImage& image) -> std::optional<Embedding> {
    if (std::ranges::find(known_digests, image.digest) == known_digests.end()) return std::nullopt;
    image.image.width = 77;
    return Embedding::from_unit(axis);
  };
  std::vector<std::size_t> indices;
  std::vector<std::size_t> failed;
  encode_images(
      encoder_, list,
      [&](EncodedRun& run) {
        for (std::size_t i = 0; i < run.indices.size(); ++i) {
          const bool is_known = run.indices[i] % 3 == 0;
          EXPECT_EQ(run.images[i].image.width, is_known ? 77 : 4);
          EXPECT_EQ(run.embeddings.row(i)[15] == 1, is_known);
          EXPECT_EQ(run.images[i].source, paths[run.indices[i]]);
          indices.push_back(run.indices[i]);
        }
        for (const ImageFailure& failure : run.failures) failed.push_back(failure.index);
        return true;
      },
      known);
  EXPECT_EQ(indices.size(), 199U);
  EXPECT_TRUE(std::ranges::is_sorted(indices));
  EXPECT_EQ(failed, std::vector<std::size_t>{6});
  EXPECT_EQ(loaded, 200 - 67 + 1) << "the missing one";
}

TEST_F(EncodeImagesTest, BytesAndPixelsGiveWhatTheirFilesGive) {
  const auto paths = make_files(2);
  const std::vector<std::byte> first = read_file(paths[0], 1U << 20);
  const std::vector<std::byte> damaged(first.begin(), first.begin() + 20);
  const std::vector<EncodedImage> bytes = {{first, "upload"}, {damaged, "half of it"}};
  const std::vector<Image> pixels = {load_image(paths[0]).image, load_image(paths[1]).image};
  const auto encoded = [&](const ImageList& list) {
    EncodedRun all(16);
    encode_images(encoder_, list, [&](EncodedRun& run) {
      all.embeddings.append(run.embeddings);
      for (SourceImage& image : run.images) all.images.push_back(std::move(image));
      for (ImageFailure& failure : run.failures) all.failures.push_back(std::move(failure));
      return true;
    });
    return all;
  };
  const EncodedRun of_files = encoded(list_of(paths));
  const EncodedRun of_bytes = encoded(list_of(bytes));
  const EncodedRun of_pixels = encoded(list_of(pixels));
  ASSERT_EQ(of_bytes.images.size(), 1U);
  EXPECT_EQ(of_bytes.images[0].source, "upload");
  EXPECT_EQ(of_bytes.images[0].digest, of_files.images[0].digest);
  EXPECT_EQ(of_bytes.images[0].thumbnail, of_files.images[0].thumbnail);
  EXPECT_TRUE(std::ranges::equal(of_bytes.embeddings.row(0), of_files.embeddings.row(0)));
  ASSERT_EQ(of_bytes.failures.size(), 1U);
  EXPECT_EQ(of_bytes.failures[0].index, 1U);
  EXPECT_THAT(of_bytes.failures[0].message, HasSubstr("half of it"));
  ASSERT_EQ(of_pixels.images.size(), 2U);
  EXPECT_EQ(of_pixels.images[0].source, "");
  EXPECT_NE(of_pixels.images[0].digest, of_pixels.images[1].digest);
  EXPECT_FALSE(of_pixels.images[0].thumbnail.empty());
  EXPECT_TRUE(std::ranges::equal(of_pixels.embeddings.row(1), of_files.embeddings.row(1)));
}

// Two threads, and a system that lets only one file be open.
TEST_F(EncodeImagesTest, AnImageThatOthersLeftNoRoomForIsTriedAgainAlone) {
  const auto paths = make_files(40);
  std::atomic<int> open = 0;
  std::atomic<int> refused = 0;
  const ImageList files = list_of(paths);
  ImageList list = files;
  list.load = [&](std::size_t i) {
    const bool beside_another = ++open > 1;
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
    --open;
    if (beside_another) {
      ++refused;
      throw Error(ErrorCode::kIo, "too many open files");
    }
    return files.load(i);
  };
  std::size_t good = 0;
  encode_images(encoder_, list, [&](EncodedRun& run) {
    good += run.images.size();
    return true;
  });
  EXPECT_EQ(good, paths.size());
  if (std::thread::hardware_concurrency() > 1) {
    EXPECT_GT(refused, 0);
  }
}

TEST_F(EncodeImagesTest, StopsWhenTheConsumerHasEnough) {
  const auto paths = make_files(600);
  int calls = 0;
  encode_images(encoder_, list_of(paths), [&](EncodedRun&) { return ++calls < 2; });
  EXPECT_LE(calls, 2);
}

TEST_F(EncodeImagesTest, PassesOnWhatTheConsumerThrows) {
  const auto paths = make_files(600);
  EXPECT_THROW(encode_images(encoder_, list_of(paths),
                             [](EncodedRun&) -> bool { throw Error(ErrorCode::kIo, "full"); }),
               Error);
}

}  // namespace
}  // namespace simdb
