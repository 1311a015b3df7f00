// Reads a model file that may be hostile, in a process that may crash, and says what came out:
//   model_probe FILE             as simdb does
//   model_probe --bare FILE      with OpenCV alone: what simdb's checks are for
// Prints "ok DIGEST" of the embeddings of some images, or "error CODE MESSAGE", and then
// "peak KILOBYTES" of memory, "cpu MILLISECONDS", and the same of the process that tried it out.
#include <sys/resource.h>

#include <cstdio>
#include <exception>
#include <filesystem>
#include <opencv2/dnn.hpp>
#include <string>
#include <vector>

#include "simdb/digest.h"
#include "simdb/error.h"
#include "simdb/model_trial.h"
#include "simdb/onnx_encoder.h"

namespace {

std::string digest_of(std::span<const float> values) {
  return simdb::to_hex(simdb::sha256(std::as_bytes(values)));
}

std::string encoded(const std::string& file) {
  const std::vector<std::byte> model = simdb::read_model_file(file);
  simdb::judge_encoder(model, file);
  const auto encoder = simdb::load_onnx_encoder(model, "");
  std::vector<simdb::Image> images;
  for (int i = 1; i <= 3; ++i) {
    simdb::Image image{8, 8, 3, std::vector<std::uint8_t>(192)};
    for (std::size_t p = 0; p < image.pixels.size(); ++p) {
      image.pixels[p] = static_cast<std::uint8_t>(p * static_cast<std::size_t>(i) * 7);
    }
    images.push_back(std::move(image));
  }
  const simdb::EmbeddingBatch embeddings = encoder->encode(images);
  std::vector<float> all;
  for (std::size_t i = 0; i < embeddings.rows(); ++i) {
    all.insert(all.end(), embeddings.row(i).begin(), embeddings.row(i).end());
  }
  return digest_of(all);
}

std::string run_bare(const std::string& file) {
  const std::vector<std::byte> bytes = simdb::read_model_file(file);
  cv::dnn::Net net =
      cv::dnn::readNetFromONNX(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  const int shape[] = {2, 3, 8, 8};
  net.setInput(cv::Mat(4, shape, CV_32F, cv::Scalar(0.5)));
  const cv::Mat output = net.forward();
  return digest_of({output.ptr<float>(), output.total()});
}

}  // namespace

int main(int argc, char** argv) {
  const bool bare = argc == 3 && std::string(argv[1]) == "--bare";
  if (argc != 2 && !bare) return 2;
  const std::string file = argv[argc - 1];
  if (bare) {
    // Not to fill the machine that tests.
    const rlimit limit{4UL << 30, 4UL << 30};
    ::setrlimit(RLIMIT_AS, &limit);
  }
  try {
    std::printf("ok %s\n", (bare ? run_bare(file) : encoded(file)).c_str());
  } catch (const simdb::Error& error) {
    std::printf("error %d %s\n", static_cast<int>(error.code()), error.what());
  } catch (const std::exception& error) {
    std::printf("error 1 %s\n", error.what());
  }
  for (const int whose : {RUSAGE_SELF, RUSAGE_CHILDREN}) {
    rusage usage{};
    ::getrusage(whose, &usage);
    const auto milliseconds = [](const timeval& time) {
      return time.tv_sec * 1000 + time.tv_usec / 1000;
    };
    std::printf("peak %ld\ncpu %ld\n", usage.ru_maxrss,
                milliseconds(usage.ru_utime) + milliseconds(usage.ru_stime));
  }
}
