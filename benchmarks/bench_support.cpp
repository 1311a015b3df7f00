#include "benchmarks/bench_support.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <boost/program_options/errors.hpp>
#include <boost/program_options/parsers.hpp>
#include <boost/program_options/variables_map.hpp>
#include <cmath>
#include <fstream>
#include <iostream>
#include <random>
#include <thread>

#include "encoder/model/onnx_model.h"
#include "simdb/error.h"
#include "simdb/onnx_encoder.h"

namespace simdb::bench {

Spread spread_of(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return {values.front(), values[values.size() / 2], values.back()};
}

EncoderModel default_network() {
  std::mt19937 random(1);
  const auto weights = [&](int count, int fan_in) {
    std::normal_distribution<float> normal(0, 1 / std::sqrt(static_cast<float>(fan_in)));
    std::vector<float> values(static_cast<std::size_t>(count));
    for (float& value : values) value = normal(random);
    return values;
  };
  EncoderModel model;
  int channels = 3;
  for (const int width : {16, 32, 64}) {
    const int fan_in = 9 * channels;
    model.layers.emplace_back(ConvLayer{.in_channels = channels,
                                        .out_channels = width,
                                        .weight = weights(width * fan_in, fan_in),
                                        .bias = weights(width, fan_in)});
    model.layers.emplace_back(MaxPoolLayer{});
    channels = width;
  }
  constexpr int kFeatures = 64 * 3 * 3;  // 28 pixels halved three times
  model.layers.emplace_back(DenseLayer{.in_features = kFeatures,
                                       .out_features = 16,
                                       .weight = weights(16 * kFeatures, kFeatures),
                                       .bias = weights(16, kFeatures)});
  return model;
}

std::vector<std::byte> model_or_default(const std::string& file) {
  return file.empty() ? write_onnx_model(default_network()) : read_model_file(file);
}

bool parse_arguments(int argc, char** argv, boost::program_options::options_description& options) {
  namespace po = boost::program_options;
  options.add_options()("help", "print this page");
  po::variables_map values;
  po::store(po::parse_command_line(argc, argv, options), values);
  po::notify(values);
  if (values.count("help") > 0) std::cout << options;
  return values.count("help") == 0;
}

int guarded_main(std::string_view program, const std::function<void()>& work) {
  ErrorCode code = ErrorCode::kInternal;
  std::string what;
  try {
    work();
    return 0;
  } catch (const Error& error) {
    code = error.code();
    what = error.what();
  } catch (const boost::program_options::error& error) {
    code = ErrorCode::kUsage;
    what = error.what();
  } catch (const std::exception& error) {
    what = error.what();
  }
  std::cerr << program << ": " << what << '\n';
  return static_cast<int>(code);
}

std::string machine_name() {
  std::ifstream info("/proc/cpuinfo");
  std::string name = "unknown processor";
  for (std::string line; std::getline(info, line);) {
    if (line.starts_with("model name")) {
      name = line.substr(line.find(':') + 2);
      break;
    }
  }
  return std::to_string(std::thread::hardware_concurrency()) + " x " + name;
}

void run_program(const std::vector<std::string>& command) {
  std::vector<char*> words;
  words.reserve(command.size() + 1);
  for (const std::string& word : command) words.push_back(const_cast<char*>(word.c_str()));
  words.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  pid_t pid = -1;
  int status = -1;
  if (::posix_spawn(&pid, words[0], &actions, nullptr, words.data(), environ) == 0)
    ::waitpid(pid, &status, 0);
  posix_spawn_file_actions_destroy(&actions);
  if (status != 0) throw std::runtime_error("this command failed: " + command[0]);
}

}  // namespace simdb::bench
