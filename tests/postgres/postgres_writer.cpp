// Adds to a gallery in PostgreSQL until it is killed: postgres_writer SERVER SCHEMA FIRST. Prints
// "ready", waits for a line, and then prints the number of each item that was acknowledged.
#include <iostream>
#include <string>

#include "postgres/postgres_gallery.h"
#include "tests/support/embeddings.h"

int main(int /*count*/, char** arguments) {
  using namespace simdb;
  const auto gallery = PostgresGallery::open({arguments[1], arguments[2]});
  std::cout << "ready" << std::endl;
  std::string line;
  std::getline(std::cin, line);
  for (std::uint64_t number = std::stoull(arguments[3]);; ++number) {
    // Two at a time, so that a half would show; the second one is in the next call, too.
    const std::vector<NewItem> items{test::numbered_item(number, "a"),
                                     test::numbered_item(number + 1, "a")};
    gallery->add(items, test::corner_embeddings(2, number));
    std::cout << number << std::endl;
  }
}
