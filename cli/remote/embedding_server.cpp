#include "cli/remote/embedding_server.h"

#include <nlohmann/json.hpp>
#include <vector>

#include "cli/remote/find_server.h"
#include "cli/remote/send_images.h"
#include "cli/report/data_uri.h"
#include "core/base64.h"

namespace simdb::cli {

std::optional<Remote> find_embedding_server(const ArgumentParser& args) {
  if (args.has("encoder")) {
    refuse_option(args, "server", "--encoder names the encoder already");
    return std::nullopt;
  }
  auto remote = Remote::of(args);
  if (remote) refuse_option(args, "image-limit", "those of the server hold");
  return remote;
}

std::string data_uri_to_send(std::span<const std::byte> file) {
  std::string uri = image_data_uri(file);
  // HEIC, AVIF, or no image: the server looks at the bytes, not at the type.
  return uri.empty() ? "data:image/heif;base64," + to_base64(file) : uri;
}

std::size_t dimension_of(Remote& remote) {
  return count_in(remote.get(Remote::Target("/v1/stats")), "dimension");
}

void embed_remote(Remote& remote, std::size_t dimension,
                  std::span<const std::filesystem::path> paths,
                  const std::function<bool(EncodedRun&)>& consume) {
  const auto send = [](Remote& to, std::size_t, std::span<const std::byte> file) {
    return to.post(Remote::Target("/v1/embeddings"), {{"input", data_uri_to_send(file)}});
  };
  send_images(remote.http().server(), list_of(paths), send, [&](std::span<const SentImage> sent) {
    EncodedRun run(dimension);
    for (const SentImage& image : sent) {
      run.end = image.index + 1;
      if (image.failure) {
        run.failures.push_back(*image.failure);
        continue;
      }
      const auto answer = parse_answer(image.answer);
      run.indices.push_back(image.index);
      run.embeddings.append_unit(answer.at("data").at(0).at("embedding").get<std::vector<float>>());
    }
    return consume(run);
  });
}

}  // namespace simdb::cli
