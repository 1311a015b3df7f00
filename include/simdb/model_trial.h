#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <string>

namespace simdb {

struct InputSpec;

// A model file may come from anywhere, and the libraries that run models trust them: a few
// kilobytes can ask for gigabytes, hours, or the end of the process. So a model that comes in is
// run once in a process that it may harm, the program simdb-try-model, through the same code. What
// has passed does the same thing again: a database pins it by its SHA-256.

struct TrialOptions {
  /// The program that runs the model; empty: simdb-try-model beside the running program, else the
  /// one on PATH.
  std::filesystem::path program = {};
  /// What it may take beside its weights (eight times the size of the file) and the libraries.
  std::uint64_t memory_bytes = 512ULL << 20;
  std::chrono::seconds cpu{10};
  std::chrono::seconds wall{60};
  /// If false, a model that no runner here can run passes: only what would do harm is refused.
  bool must_run = true;
  /// Called a few times per second; what it throws ends the trial and is let out.
  std::function<void()> check = {};
};

/// Runs an encoder's model on pictures of noise, one and a whole batch. Throws Error(kBadInput),
/// naming `name`, for what OnnxEncoder throws it, and for a model that crashes, needs more memory
/// or time than it may, gives other values for the same picture when it is read again, or none that
/// is finite; Error(kNotFound) if there is no such program, Error(kIo) if the system does not start
/// it; std::bad_alloc. Thread-safe.
void judge_encoder(std::span<const std::byte> model, const std::string& name,
                   const TrialOptions& options = {});

/// The same for a decoder's file, both its graphs (image_decoder.h).
void judge_decoder(std::span<const std::byte> file, const std::string& name,
                   const TrialOptions& options = {});

/// The same for what read_backbone makes of these arguments and BackboneFeatures runs.
void judge_backbone(std::span<const std::byte> file, const std::string& name,
                    const InputSpec& input, const std::string& output,
                    const TrialOptions& options = {});

}  // namespace simdb
