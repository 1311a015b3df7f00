#pragma once

#include <iosfwd>
#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string>
#include <vector>

#include "simdb/class_effect.h"
#include "simdb/database.h"
#include "simdb/image_paths.h"

namespace simdb::cli {

/// `add` tells the effects of no more new classes than these.
inline constexpr std::size_t kMostClassesTold = 10;

/// Classes of these files that the gallery does not have, each once, in byte order.
std::vector<std::string> new_classes(const Gallery& gallery, std::span<const LabeledPath> files);

/// The effects of those of `class_names` that have an image, by the vote that the database keeps.
/// Ends at an interrupt as InterruptGuard::check().
std::vector<ClassEffect> effects_of(const Database& database,
                                    std::span<const std::string> class_names,
                                    const PendingImages& pending);

void print_effect(std::ostream& out, const ClassEffect& effect);
nlohmann::ordered_json to_json(const ClassEffect& effect);

}  // namespace simdb::cli
