#pragma once

#include <filesystem>
#include <string_view>

namespace simdb::cli {

/// Found out before training, not after it: makes a file beside `output` and takes it away. Throws
/// Error(kIo) that names `what` and the option to choose another file with.
void require_writable(const std::filesystem::path& output, std::string_view what,
                      std::string_view option);

}  // namespace simdb::cli
