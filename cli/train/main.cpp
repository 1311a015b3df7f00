#include <unistd.h>

#include <cstdlib>
#include <iostream>
#include <span>
#include <string_view>
#include <vector>

#include "cli/interrupt.h"
#include "cli/standard_files.h"
#include "cli/terminal.h"
#include "cli/train/decoder_app.h"
#include "cli/train/train_app.h"
#include "encoder/training/allocator.h"
#include "simdb/shipped_encoders.h"

namespace {

/// Libraries read these when they are loaded, so the program starts once more with them.
/// Threads that wait by spinning take the cores from those that work: with OpenMP's own policy
/// training beside a compiler took twice as long, and OpenBLAS's threads cost a third of the time
/// of training without giving anything back (its matrices are small here).
void restart_with_quiet_threads(char** argv) {
  if (std::getenv("OMP_WAIT_POLICY") != nullptr && std::getenv("OPENBLAS_NUM_THREADS") != nullptr) {
    return;
  }
  ::setenv("OMP_WAIT_POLICY", "passive", 0);
  ::setenv("OPENBLAS_NUM_THREADS", "1", 0);
  ::execv("/proc/self/exe", argv);  // goes on as it is if that fails
}

}  // namespace

int main(int argc, char** argv) {
  simdb::cli::prepare_standard_files();
  restart_with_quiet_threads(argv);
  simdb::training::keep_freed_memory();
  const simdb::cli::InterruptGuard guard;
  const std::vector<std::string_view> args(argv + (argc > 0 ? 1 : 0), argv + argc);
  const simdb::cli::TrainEnvironment environment{std::cout, std::cerr, simdb::cli::err_can_redraw(),
                                                 simdb::cli::InterruptGuard::requested,
                                                 simdb::shipped_encoder_path("photo")};
  if (!args.empty() && args.front() == simdb::cli::kTrainDecoderWord) {
    return simdb::cli::run_decoder_program(std::span(args).subspan(1), environment);
  }
  return simdb::cli::run_train_program(args, environment);
}
