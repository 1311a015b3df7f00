#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "simdb/error.h"
#include "storage/random_bytes_internal.h"

namespace simdb {

std::string draw_bytes(std::size_t count, const std::filesystem::path& store) {
  std::string bytes(count, '\0');
  if (::getentropy(bytes.data(), bytes.size()) != 0) {
    throw Error(ErrorCode::kIo, "can't change the store " + store.string() +
                                    ": the system has no random numbers: " +
                                    std::generic_category().message(errno));
  }
  return bytes;
}

}  // namespace simdb
