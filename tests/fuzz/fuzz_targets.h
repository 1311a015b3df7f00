#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace simdb::fuzz {

/// A file fuzz_NAME.cpp, as tests/fuzz/CMakeLists.txt lists it.
struct Target {
  std::string name;
  std::vector<std::string> covers;  ///< sources that its corpus has to reach
  std::string program;              ///< the fuzzer; empty but in preset `fuzz`
  int (*run)(const std::uint8_t* data, std::size_t size);  ///< null in preset `fuzz`

  /// The one with the planted bug.
  bool is_control() const { return covers.empty(); }
};

/// All of them, the control too.
const std::vector<Target>& targets();

}  // namespace simdb::fuzz
