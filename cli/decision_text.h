#pragma once

#include <string>

#include "pipeline/answers.h"

namespace simdb::cli {

/// A line for a person: "bolt  97.5 %, p 0.42", "ambiguous: bolt (97.5 %, p 0.42) or nut (2.5 %, p
/// 0.08)", "unknown (nearest class bolt, similarity 0.612; no class has p above 0.05)".
std::string answer_text(const Answer& answer, const Decider& decider);

}  // namespace simdb::cli
