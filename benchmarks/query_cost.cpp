// query_cost DATABASE QUERIES.npy: prints how many seconds an answer to one vector takes in C++,
// the mean over the rows in the fastest of 20 rounds; what benchmarks/python_bench.py compares the
// module with.
#include <algorithm>
#include <chrono>
#include <fstream>
#include <iostream>
#include <limits>
#include <vector>

#include "pipeline/answers.h"
#include "pipeline/formats/vector_reader.h"
#include "simdb/database.h"
#include "simdb/error.h"

namespace {

simdb::EmbeddingBatch read_rows(const char* file, std::size_t dimension) {
  std::ifstream in(file, std::ios::binary);
  simdb::VectorReader reader(in, file, dimension);
  simdb::EmbeddingBatch rows(dimension);
  for (std::vector<float> values; reader.next(values);) rows.append_normalized(values);
  return rows;
}

}  // namespace

int main(int argc, char** argv) {
  using Clock = std::chrono::steady_clock;
  if (argc != 3) return 2;
  try {
    const auto database = simdb::Database::open(argv[1], {.mode = simdb::OpenMode::kReadOnly});
    const simdb::EmbeddingBatch rows = read_rows(argv[2], database.gallery().dimension());
    const simdb::QueryOptions options = database.kept_options();
    const simdb::Decider decider(database, options, nullptr, false);
    double best = std::numeric_limits<double>::infinity();
    std::size_t accepted = 0;
    for (int round = 0; round < 20; ++round) {
      const auto start = Clock::now();
      for (std::size_t i = 0; i < rows.rows(); ++i) {
        const auto unit = simdb::Embedding::normalized(rows.row(i));
        const auto answer = decider.answer(unit.values(), database.query(unit.values(), options));
        if (answer.accepted()) ++accepted;
      }
      const std::chrono::duration<double> took = Clock::now() - start;
      best = std::min(best, took.count() / static_cast<double>(rows.rows()));
    }
    std::cout << best << '\n';
    return accepted > rows.rows() * 20 ? 1 : 0;  // it was computed
  } catch (const simdb::Error& error) {
    std::cerr << error.what() << '\n';
    return static_cast<int>(error.code());
  }
}
