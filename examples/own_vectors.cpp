// A database of vectors that another program made, here of words: create, add, query.
//   own_vectors FOLDER      makes a database in FOLDER, which must not exist, and deletes it again

#include <simdb/database.h>
#include <simdb/error.h>

#include <exception>
#include <filesystem>
#include <iostream>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

// Stands for a text encoder: how often each letter occurs.
std::vector<float> embed(const std::string& word) {
  std::vector<float> letters(26);
  for (const char letter : word) letters.at(static_cast<std::size_t>(letter - 'a')) += 1;
  return letters;
}

void run(const std::filesystem::path& folder) {
  // The name says which vectors go together: those of another space are refused.
  simdb::Database database = simdb::Database::create(folder, simdb::VectorSpace{"letters-v1", 26});

  std::vector<simdb::NewItem> items;
  simdb::EmbeddingBatch vectors(26);
  for (const std::string word : {"silent", "enlist", "tinsel", "stone", "notes", "onset"}) {
    simdb::NewItem& item = items.emplace_back();
    item.info.class_name = items.size() <= 3 ? "listen" : "tones";
    item.info.key = word;
    item.info.metadata = {{"letters", static_cast<double>(word.size())}};
    vectors.append_normalized(embed(word));
  }
  database.add(items, vectors);  // all of it is on disk now

  const simdb::Embedding asked = simdb::Embedding::normalized(embed("listens"));
  const simdb::Prediction answer = database.query(asked.values(), {.k = 3});
  std::cout << "listens is like " << answer.class_name << ", confidence " << answer.confidence
            << '\n';
  if (answer.class_name != "listen") throw std::runtime_error("a wrong answer");
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: own_vectors FOLDER\n";
    return 2;
  }
  try {
    run(argv[1]);
    std::filesystem::remove_all(argv[1]);
    return 0;
  } catch (const std::exception& error) {
    std::cerr << "own_vectors: " << error.what() << '\n';
    return 1;
  }
}
