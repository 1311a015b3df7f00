#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <string_view>

namespace simdb {

/// An encoder that comes with simdb. A plain value.
struct ShippedEncoder {
  std::string_view name;
  std::string_view purpose;
  std::string_view licence;
  std::string_view remedy;  ///< what to do if its file is not there
};

/// All of them, the default of `init` first.
std::span<const ShippedEncoder> shipped_encoders();

/// Where the file of a shipped encoder is, or would be: ../share/simdb/models beside the folder of
/// the running program, installed or in a build tree.
std::filesystem::path shipped_encoder_path(std::string_view name);

/// True for the file of a shipped encoder, which is as trustworthy as the program.
bool is_shipped_encoder(const std::filesystem::path& file);

/// The file that `--encoder WORD` means: a path if there is a slash in it or it ends in .onnx, else
/// the shipped encoder of that name, else a file of that name. Throws Error(kNotFound) with the
/// remedy for a shipped encoder whose file is not there, and for a word that is nothing of these.
std::filesystem::path find_encoder_file(const std::string& word);

}  // namespace simdb
