#pragma once

#include "cli/remote/remote.h"

namespace simdb::cli {

/// Has a server do what takes long, {"kind": ...}, and waits for it; a signal ends both. Returns
/// what the command prints with --json. Throws Error(kBusy) if another job runs, Error(kInternal)
/// with the server's words if it failed or somebody else ended it.
Remote::Json run_job(Remote& remote, const Remote::Json& job);

}  // namespace simdb::cli
