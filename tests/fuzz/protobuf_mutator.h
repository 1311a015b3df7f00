#pragma once

#include <cstddef>
#include <cstdint>

namespace simdb::fuzz {

/// For LLVMFuzzerCustomMutator of a target whose input is a protobuf message of any schema, read by
/// a library without instrumentation (Debian's ONNX), where libFuzzer is blind: changes, removes,
/// doubles, moves or copies one field at any depth and writes all lengths around it anew, so that
/// most mutants still are messages. Returns the new size. Only in fuzzers.
std::size_t mutate_protobuf(std::uint8_t* data, std::size_t size, std::size_t max_size,
                            unsigned seed);

}  // namespace simdb::fuzz
