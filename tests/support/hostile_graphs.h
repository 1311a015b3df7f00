#pragma once

#include <vector>

#include "tests/support/hostile_models.h"

namespace simdb::test {

/// Small files that make large tensors or much work, and chance_graph.
std::vector<HostileModel> hostile_graphs();

/// A graph of operators put together by chance, most of them sound.
std::vector<std::byte> chance_graph(std::mt19937& random);

/// Files that were never a message, made from the bytes of a model.
std::vector<HostileModel> hostile_files(const std::string& whole);

}  // namespace simdb::test
