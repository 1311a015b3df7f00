// Makes one file of the corpus: hostile_file NAME PATH. In a process of its own, because what the
// test itself has ever had in memory counts as the peak of each program that it starts.
#include <algorithm>
#include <cstdio>
#include <string>

#include "tests/faults/hostile_corpus.h"

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  const std::string name = argv[1];
  const auto corpus = simdb::test::hostile_corpus();
  const auto file = std::find_if(corpus.begin(), corpus.end(),
                                 [&](const auto& candidate) { return candidate.name == name; });
  if (file == corpus.end()) {
    std::fprintf(stderr, "no %s in the corpus\n", name.c_str());
    return 1;
  }
  file->make(argv[2]);
  return 0;
}
