#pragma once

#include <ostream>

#include "pipeline/evaluate.h"

namespace simdb::cli {

/// The measures, a confusion matrix if it fits a terminal, and the first errors.
void print_evaluation(std::ostream& out, const Evaluation& result);

}  // namespace simdb::cli
