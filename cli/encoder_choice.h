#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cli/args.h"
#include "simdb/image_encoder.h"

namespace simdb::cli {

/// Adds --db, --encoder and, if asked, --server, of which one names the encoder of a command that
/// stores nothing.
void add_encoder_options(ArgumentParser& parser, bool or_server = false);

/// The model file of an encoder that a database is to get, by its name or path, with embeddings cut
/// to their first `dim` floats if that is set. Has been run, and does no harm: see judge_encoder.
std::vector<std::byte> read_new_encoder(const std::string& chosen, std::optional<std::size_t> dim);
/// --dim, if it was given.
std::optional<std::size_t> dim_of(const ArgumentParser& parser);

/// The encoder of --encoder NAME or FILE.onnx, else of the database.
std::shared_ptr<const ImageEncoder> choose_encoder(const ArgumentParser& parser);

}  // namespace simdb::cli
