#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "cli/remote/remote.h"
#include "simdb/encode_images.h"

namespace simdb::cli {

/// An image that a server was sent.
struct SentImage {
  std::size_t index = 0;                               ///< in the list
  std::string answer = {};                             ///< JSON
  std::optional<ImageFailure> failure = std::nullopt;  ///< instead
};

/// Posts the files of a list, which has their bytes, to target(i), over several connections at
/// once: what the server does for them it does together. `consume` gets the answers in order, on
/// this thread; false ends it. An image that can't be read or that the server can't use is a
/// failure, as of encode_images(), and so is what target() throws; other errors are thrown.
void send_images(const client::Server& server, const ImageList& images,
                 const std::function<Remote::Target(std::size_t)>& target,
                 const std::function<bool(std::span<const SentImage>)>& consume);

}  // namespace simdb::cli
