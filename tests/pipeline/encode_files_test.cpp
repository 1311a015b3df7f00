#include "pipeline/encode_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <thread>
#include <vector>

#include "core/parallel.h"
#include "encoder/image/image_codec.h"
#include "tests/support/first_pixel_encoder.h"
#include "tests/support/images.h"
#include "tests/support/temporary_folder.h"

namespace simdb {
namespace {

using testing::HasSubstr;

class EncodeFilesTest : public testing::Test {
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

TEST_F(EncodeFilesTest, HandsOnEveryFileInOrder) {
  const auto paths = make_files(500);
  std::size_t next = 0;
  encode_files(encoder_, paths, [&](EncodedFiles& run) {
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

TEST_F(EncodeFilesTest, WithoutThreadsTheWorkIsDoneAllTheSame) {
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
    encode_files(encoder_, paths, [&](EncodedFiles& run) {
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

TEST_F(EncodeFilesTest, BadFilesFailAloneWhateverIsWrong) {
  auto paths = make_files(200);
  paths[3] = folder_ / "missing.png";
  paths[150] = make_file(1000, 0);  // decodes, but has no features
  std::vector<FileFailure> failures;
  std::size_t good = 0;
  encode_files(encoder_, paths, [&](EncodedFiles& run) {
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

TEST_F(EncodeFilesTest, LetsGoOfPixelsAndHoldsTheLimits) {
  const auto paths = make_files(3);
  int calls = 0;
  encode_files(encoder_, paths, [&](EncodedFiles& run) {
    ++calls;
    EXPECT_EQ(run.images.size(), 3U);
    for (const SourceImage& source : run.images) {
      EXPECT_TRUE(source.image.pixels.empty());
      EXPECT_EQ(source.image.width, 4);
    }
    return true;
  });
  encode_files(encoder_, paths,
               [&](EncodedFiles& run) {
                 ++calls;
                 EXPECT_TRUE(run.images.empty());
                 EXPECT_EQ(run.failures.size(), 3U);
                 return true;
               },
               {.max_side = 3});
  EXPECT_EQ(calls, 2);
}

TEST_F(EncodeFilesTest, StopsWhenTheConsumerHasEnough) {
  const auto paths = make_files(600);
  int calls = 0;
  encode_files(encoder_, paths, [&](EncodedFiles&) { return ++calls < 2; });
  EXPECT_LE(calls, 2);
}

TEST_F(EncodeFilesTest, PassesOnWhatTheConsumerThrows) {
  const auto paths = make_files(600);
  EXPECT_THROW(encode_files(encoder_, paths,
                            [](EncodedFiles&) -> bool { throw Error(ErrorCode::kIo, "full"); }),
               Error);
}

}  // namespace
}  // namespace simdb
