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

/// Sends a file over a connection and returns the answer.
using SendFile =
    std::function<std::string(Remote& remote, std::size_t i, std::span<const std::byte> file)>;

/// Sends the files of a list, which has their bytes, over several connections at once: what the
/// server does for them it does together. `consume` gets the answers in order, on this thread;
/// false ends it. An image that can't be read is a failure, as of encode_images(), and so is what
/// `send`, called by several threads, throws as Error(kBadInput); other errors are thrown.
void send_images(const client::Server& server, const ImageList& images, const SendFile& send,
                 const std::function<bool(std::span<const SentImage>)>& consume);

}  // namespace simdb::cli
