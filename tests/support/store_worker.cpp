// Works on a store in a process of its own:
//   store_worker hold STORE         opens it for writing, says "ready", holds it until stdin ends
//   store_worker fill STORE FIRST   adds, moves and removes items until killed, saying on stdout
//                                     +ID NUMBER  an item was added, after the call returned
//                                     ?ID         an item will be removed, before the call
//                                     -ID         it was removed, after the call returned
//                                     =ID         it was moved to class "moved", after the call
//                                   What is stored follows from NUMBER, which counts up from FIRST:
//                                   see numbered_item and random_embeddings.
//   store_worker lie STORE FIRST    the same, but says + for items that it has not added yet: the
//                                   control that shows that the tests would notice a loss
#include <unistd.h>

#include <cstdio>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "simdb/error.h"
#include "storage/store.h"
#include "tests/support/embeddings.h"

namespace {

using simdb::ItemId;

void say(std::string line) {
  line += '\n';
  if (::write(STDOUT_FILENO, line.data(), line.size()) < 0) throw std::runtime_error("no reader");
}

std::string about(char what, ItemId id) {
  std::string line(1, what);
  return line += std::to_string(to_number(id));
}

std::string added(ItemId id, std::uint64_t number) {
  return about('+', id) + ' ' + std::to_string(number);
}

void fill(simdb::Store& store, std::uint64_t number, std::uint64_t lies) {
  for (std::uint64_t round = 0;; ++round) {
    std::vector<simdb::NewItem> items;
    simdb::EmbeddingBatch embeddings(store.dimension());
    const std::uint64_t first = number;
    for (std::uint64_t i = 0; i < 1 + round % 8; ++i, ++number) {
      items.push_back(simdb::test::numbered_item(number, "class " + std::to_string(number % 3)));
      embeddings.append(simdb::test::random_embeddings(1, store.dimension(), number));
    }
    const auto ids = store.put(items, embeddings);
    for (std::size_t i = 0; i < ids.size(); ++i) {
      say(added(ids[i], first + i));
    }
    for (std::uint64_t i = 1; i <= lies; ++i) {
      say(added(ItemId{to_number(ids.back()) + i}, number + i - 1));
    }
    if (round % 3 == 1) {
      store.update(std::span(&ids.back(), 1), {.class_name = "moved"});
      say(about('=', ids.back()));
    }
    if (round % 5 == 4) {
      say(about('?', ids.front()));
      store.erase(std::span(&ids.front(), 1));
      say(about('-', ids.front()));
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) return 2;
  const std::string_view task = argv[1];
  try {
    const auto store = simdb::Store::open(argv[2], simdb::StoreMode::kReadWrite);
    if (task == "hold") {
      say("ready");
      std::getchar();
    } else {
      if (argc != 4) return 2;
      fill(*store, std::stoull(argv[3]), task == "lie" ? 100 : 0);
    }
  } catch (const simdb::Error& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return static_cast<int>(error.code());
  }
}
