#pragma once

namespace simdb::cli {

/// Makes a program safe to run where standard files are closed and file sizes are limited. A closed
/// stdin, stdout or stderr is opened on something that fails when used: otherwise the next file
/// opened would get its number, and what is printed would land in the database. A file beyond the
/// size limit is an error of the write, not the end of the process. Call it before any file is
/// opened.
void prepare_standard_files() noexcept;

}  // namespace simdb::cli
