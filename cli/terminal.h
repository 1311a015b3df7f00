#pragma once

#include <cstddef>

namespace simdb::cli {

/// Whether stderr is a terminal on which a line can be drawn again; TERM=dumb says it can't.
bool err_can_redraw();

/// How wide stderr's terminal is now; 80 if it does not tell.
std::size_t err_columns();

}  // namespace simdb::cli
