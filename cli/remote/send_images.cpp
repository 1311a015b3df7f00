#include "cli/remote/send_images.h"

#include <memory>
#include <mutex>
#include <utility>

#include "core/parallel_in_order.h"
#include "simdb/error.h"
#include "simdb/image_codec.h"

namespace simdb::cli {
namespace {

constexpr std::size_t kConnections = 16;
constexpr std::size_t kMostAtOnce = 64;  // of one connection

// Connections that are not in use.
class Connections {
 public:
  explicit Connections(client::Server server) : server_(std::move(server)) {}

  std::unique_ptr<Remote> take() {
    const std::lock_guard lock(mutex_);
    if (idle_.empty()) return std::make_unique<Remote>(server_);
    std::unique_ptr<Remote> remote = std::move(idle_.back());
    idle_.pop_back();
    return remote;
  }
  void give_back(std::unique_ptr<Remote> remote) {
    const std::lock_guard lock(mutex_);
    idle_.push_back(std::move(remote));
  }

 private:
  const client::Server server_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<Remote>> idle_;
};

}  // namespace

void send_images(const client::Server& server, const ImageList& images, const SendFile& send,
                 const std::function<bool(std::span<const SentImage>)>& consume) {
  Connections connections(server);
  const auto read_and_send = [&](Remote& remote, std::size_t i) {
    SentImage sent{.index = i};
    const auto fail = [&](const Error& error, const std::string& text) {
      sent.failure = {i, error.code(), text};
    };
    std::vector<std::byte> file;
    try {
      const std::uint64_t max = ImageLimits().max_file_bytes;
      auto bytes = images.bytes(i, max);
      if (!bytes) {
        throw Error(ErrorCode::kBadInput,
                    "can't use " + images.name(i) + ": it has more bytes than an image may have");
      }
      file = *std::move(bytes);
    } catch (const Error& error) {
      fail(error, error.what());
      return sent;
    }
    try {
      sent.answer = send(remote, i, file);
    } catch (const Error& error) {
      if (error.code() != ErrorCode::kBadInput) throw;  // it is not the image's
      fail(error, "can't use " + images.name(i) + ": " + error.what());
    }
    return sent;
  };
  parallel_in_order(
      images.size, kMostAtOnce, kConnections,
      [&](std::size_t first, std::size_t last) {
        std::unique_ptr<Remote> remote = connections.take();
        std::vector<SentImage> part;
        for (std::size_t i = first; i < last; ++i) part.push_back(read_and_send(*remote, i));
        connections.give_back(std::move(remote));
        return part;
      },
      [&](const std::vector<std::vector<SentImage>>& parts) {
        for (const auto& part : parts) {
          if (!consume(part)) return false;
        }
        return true;
      });
}

}  // namespace simdb::cli
