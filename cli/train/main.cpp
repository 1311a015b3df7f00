#include <unistd.h>

#include <iostream>
#include <string_view>
#include <vector>

#include "cli/interrupt.h"
#include "cli/train/train_app.h"
#include "encoder/training/allocator.h"

int main(int argc, char** argv) {
  simdb::training::keep_freed_memory();
  const simdb::cli::InterruptGuard guard;
  const std::vector<std::string_view> args(argv + (argc > 0 ? 1 : 0), argv + argc);
  return simdb::cli::run_train_program(args, {std::cout, std::cerr, isatty(STDERR_FILENO) != 0,
                                              simdb::cli::InterruptGuard::requested});
}
