#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "encoder/image/preprocess.h"

namespace simdb {

// Metadata properties of a model file. kInputKey holds InputSpec as JSON; every other "simdb.NAME"
// is a note.
inline constexpr std::string_view kMetadataPrefix = "simdb.";
inline constexpr std::string_view kFormatVersionKey = "simdb.format_version";
inline constexpr std::string_view kInputKey = "simdb.input";
// kChecksumKey, the first property, says that there is kDigestKey, the last; see require_whole.
inline constexpr std::string_view kChecksumKey = "simdb.checksum";
inline constexpr std::string_view kDigestKey = "simdb.sha256";

std::string input_to_json(const InputSpec& spec);

/// The oldest version whose readers understand `spec`.
int format_version_of(const InputSpec& spec);

/// Why a file of this version can't be read, if it can't.
std::optional<std::string> refuse_version(const std::string& version);

/// Throws Error(kBadInput) unless every field is there, of its type and in its range.
InputSpec input_from_json(const std::string& json);

}  // namespace simdb
