#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>

#include "cli/remote/remote.h"
#include "simdb/encode_images.h"

namespace simdb::cli {

/// The server whose encoder a command with add_encoder_options() asks; nothing: --encoder or a
/// folder has it. Throws Error(kUsage) for options that do not go with a server.
std::optional<Remote> find_embedding_server(const ArgumentParser& args);

/// The bytes of an image file as JSON for a server has them.
std::string data_uri_to_send(std::span<const std::byte> file);

/// Of its vectors.
std::size_t dimension_of(Remote& remote);

/// encode_images() by a server's encoder; the runs have no `images`.
void embed_remote(Remote& remote, std::size_t dimension,
                  std::span<const std::filesystem::path> paths,
                  const std::function<bool(EncodedRun&)>& consume);

}  // namespace simdb::cli
