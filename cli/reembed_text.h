#pragma once

#include <nlohmann/json_fwd.hpp>
#include <ostream>

#include "decisions/encoder_change.h"

namespace simdb::cli {

/// What another encoder changes, and the classes that lose most.
void print_change(std::ostream& out, const EncoderChange& change);

/// As docs/cli.md describes "comparison" of `reembed --json`.
nlohmann::ordered_json to_json(const EncoderChange& change);

}  // namespace simdb::cli
