#pragma once

#include <string>

#include "pipeline/answers.h"

namespace simdb {

/// The answer of `query --json` on the image called `path`, without a line break; with `why` the
/// reasons too. Reads the neighbours' records.
std::string answer_json(const std::string& path, const Answer& answer, const Decider& decider,
                        const Explanation* why = nullptr);

}  // namespace simdb
