#pragma once

#include <cstdint>
#include <filesystem>
#include <span>

#include "encoder/training/labeled_images.h"

namespace simdb::training {

/// True if the pixels of this fitted RGB image are like those of a photograph: many shades, few
/// places that are flat (margins and a uniform background aside), and neighbours that are alike,
/// other than in noise.
/// Larger images are looked at in a version of 48 x 48 pixels; below 24 pixels of a side nothing
/// can be told, and grey images are none. Thread-safe.
bool looks_like_photograph(std::span<const std::uint8_t> pixels, const InputSpec& input);

/// True if at least half of the images are photographs; looks at up to 512 of them, evenly spread.
/// Of what docs/training.md measures, Caltech-101 is, and emoji, drawn shapes and characters are
/// not. Thread-safe.
bool looks_like_photographs(const LabeledImages& images);

/// The same before they are read: decodes up to 128 of the files, evenly spread, on all cores, and
/// passes over what can't be read. Files without colour count if they have 64 pixels of a side.
/// Thread-safe.
bool are_photographs(std::span<const std::filesystem::path> files, const ImageLimits& limits = {});

}  // namespace simdb::training
