#pragma once

#include <string>

#include "cli/args.h"
#include "cli/remote/remote.h"

namespace simdb::cli {

/// What the options of add_decision_options say, and --why where the command has it, as parameters
/// of a server that calls the image `name`. What is not given is left to the server.
Remote::Target decision_target(std::string path, const ArgumentParser& args,
                               const std::string& name);
/// The same as an object.
Remote::Json decision_json(const ArgumentParser& args, const std::string& name);

}  // namespace simdb::cli
