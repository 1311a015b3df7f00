#pragma once

#include <memory>

#include "cli/args.h"
#include "simdb/image_encoder.h"

namespace simdb::cli {

/// Adds --db and --encoder, of which one names the encoder of a command that stores nothing.
void add_encoder_options(ArgumentParser& parser);

/// The encoder of --encoder NAME or FILE.onnx, else of the database.
std::shared_ptr<const ImageEncoder> choose_encoder(const ArgumentParser& parser);

}  // namespace simdb::cli
