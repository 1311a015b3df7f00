#pragma once

#include <cstddef>
#include <functional>
#include <random>
#include <span>
#include <string>
#include <vector>

namespace simdb::test {

/// A way to make a model file that lies, claims too much, or is what no exporter writes.
struct HostileModel {
  std::string name;
  std::function<std::vector<std::byte>(std::mt19937&)> make;  ///< another one each time
};

/// All ways, for a model like those of random_model_file for 8 x 8 pixels and 16 dimensions. None
/// carries a checksum: nothing is refused for that alone.
std::vector<HostileModel> hostile_models();

/// The model that they are made from, without its checksum.
std::vector<std::byte> harmless_model();

/// A model file as a program writes it that knows no checksum.
std::vector<std::byte> without_checksum(std::span<const std::byte> model);

}  // namespace simdb::test
