#include "cli/file_failures.h"

#include <algorithm>
#include <ostream>

#include "core/printable.h"

namespace simdb::cli {

void print_failures(std::ostream& err, std::span<const ImageFailure> failures) {
  for (const ImageFailure& failure : failures)
    err << "simdb: " << printable(failure.message) << '\n';
}

int exit_code(std::span<const ImageFailure> failures, std::size_t total) {
  if (failures.empty()) return 0;
  const auto of_the_system = [](const ImageFailure& failure) {
    return failure.code == ErrorCode::kIo;
  };
  if (std::ranges::any_of(failures, of_the_system)) return static_cast<int>(ErrorCode::kIo);
  return static_cast<int>(total == 1 ? failures.front().code : ErrorCode::kBadInput);
}

}  // namespace simdb::cli
