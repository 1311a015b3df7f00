#include "benchmarks/omniglot_runs.h"

#include <algorithm>
#include <sstream>

#include "benchmarks/labeled_rows.h"
#include "core/file_io.h"
#include "measures/evaluation.h"
#include "simdb/error.h"

namespace simdb::bench {
namespace {

namespace fs = std::filesystem;

int number_of(const std::vector<std::string>& names, const std::string& name,
              const fs::path& file) {
  const auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end()) {
    throw Error(ErrorCode::kBadInput,
                file.string() + " names " + name + ", which is not in the run's training folder");
  }
  return static_cast<int>(found - names.begin());
}

OneShotRun score_run(const ImageEncoder& encoder, const fs::path& folder, const fs::path& run) {
  const std::vector<fs::path> training = images_beneath(run / "training");
  std::vector<std::string> names;  // as class_labels.txt writes them
  std::vector<int> numbers;
  for (const fs::path& path : training) {
    numbers.push_back(static_cast<int>(names.size()));
    names.push_back(path.lexically_relative(folder).generic_string());
  }
  std::vector<fs::path> tests;
  std::vector<int> answers;
  const fs::path labels = run / "class_labels.txt";
  for (const OneShotTrial& trial : read_class_labels(labels)) {
    tests.push_back(folder / trial.test);
    answers.push_back(number_of(names, trial.answer, labels));
  }
  OneShotRun result{run.filename().string(), tests.size(), 0};
  for (const QueryResult& found :
       look_up(encode_paths(encoder, tests), answers, encode_paths(encoder, training), numbers,
               {.voters = 1})) {
    if (found.predicted != found.label) ++result.errors;
  }
  return result;
}

}  // namespace

std::vector<OneShotTrial> read_class_labels(const fs::path& file) {
  constexpr std::size_t kMaxBytes = 1U << 20;
  const std::vector<std::byte> bytes = read_file(file, kMaxBytes);
  std::istringstream text(std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
  std::vector<OneShotTrial> trials;
  for (std::string line; std::getline(text, line);) {
    std::istringstream words(line);
    OneShotTrial trial;
    std::string rest;
    if (!(words >> trial.test)) continue;  // an empty line
    if (!(words >> trial.answer) || words >> rest) {
      throw Error(ErrorCode::kBadInput,
                  "line '" + line + "' in " + file.string() + " is not 'TEST ANSWER'");
    }
    trials.push_back(std::move(trial));
  }
  if (trials.empty()) throw Error(ErrorCode::kBadInput, file.string() + " names no trials");
  return trials;
}

std::vector<OneShotRun> score_omniglot_runs(const ImageEncoder& encoder, const fs::path& folder) {
  std::vector<fs::path> runs;
  std::error_code error;
  fs::directory_iterator walk(folder, error);
  for (; !error && walk != fs::directory_iterator(); walk.increment(error)) {
    if (fs::exists(walk->path() / "class_labels.txt")) runs.push_back(walk->path());
  }
  if (error || runs.empty()) {
    throw Error(ErrorCode::kBadInput,
                "no runs in '" + folder.string() +
                    "': " + (error ? error.message() : "no sub-folder has a class_labels.txt") +
                    "; name the unpacked all_runs.zip of the Omniglot repository with --runs");
  }
  std::sort(runs.begin(), runs.end());
  std::vector<OneShotRun> results;
  results.reserve(runs.size());
  for (const fs::path& run : runs) results.push_back(score_run(encoder, folder, run));
  return results;
}

}  // namespace simdb::bench
