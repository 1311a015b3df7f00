#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

// For the programs that a ChildProcess runs: their side of it.
namespace simdb {

/// The bytes on standard input, a file, as they lie in memory; empty of an empty one. Throws
/// std::bad_alloc.
std::span<const std::byte> map_input();

/// From now on this process may take `memory` bytes more than it has mapped, and `cpu_seconds` of a
/// core, at whose end SIGXCPU ends it; it leaves no core file, and ends with the thread that
/// started it. A sanitizer limits memory itself. Throws Error(kIo).
void limit_child(std::uint64_t memory, std::uint64_t cpu_seconds);

/// From now on this process may compute, take memory, read and write the files that are open, have
/// threads and end. The system refuses everything else: other files, the network, other processes.
/// Nothing changes where it can't (neither x86-64 nor 64-bit ARM, a kernel without seccomp), and
/// with a sanitizer, which needs more.
void forbid_system_calls();

/// Writes all of it to standard output. False if nobody listens.
bool tell_parent(std::span<const std::byte> bytes);

}  // namespace simdb
