#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "cli/args.h"
#include "cli/console.h"

namespace simdb::cli {

/// Adds --backbone and what belongs to it, but for --dim.
void add_backbone_options(ArgumentParser& parser);

/// Throws Error(kUsage) if one of these options stands without --backbone, or --encoder beside it.
void require_sense(const ArgumentParser& parser);

/// What --backbone names, for people to read.
std::string backbone_names(const ArgumentParser& parser);

/// The bytes of an encoder made of the networks that --backbone names, without labels and training:
/// their features, onto the principal axes of the images in --fit, `dimension` of them (else 128,
/// or as many as there are); without --fit the features as they are, or a random projection of
/// them. Tells on console.err what was chosen; images that can't be read are named there and passed
/// over. Throws Error(kUsage) for a dimension that is not possible, Interrupted, and what
/// open_backbone throws.
std::vector<std::byte> make_backbone_encoder(const ArgumentParser& parser,
                                             std::optional<std::size_t> dimension,
                                             Console& console);

}  // namespace simdb::cli
