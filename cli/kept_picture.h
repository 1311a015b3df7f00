#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "cli/args.h"
#include "simdb/image_decoder.h"

namespace simdb::cli {

/// The decoder in a file, tried out first. Throws as judge_decoder and ImageDecoder.
std::unique_ptr<const ImageDecoder> load_decoder(const std::string& file);

/// The decoder's encoder of this fingerprint. Throws Error(kBadInput) if it has none.
const CodePart& part_of(const ImageDecoder& decoder, const std::string& fingerprint);

/// A code with the embedding by `own` of an image, and the latent at its mean. Other encoders, if
/// the decoder has some, see the thumbnail; nothing if that is missing. `name` is for messages.
/// Throws Error(kBadInput) if it can't be decoded.
std::optional<std::vector<float>> code_of(const ImageDecoder& decoder, const CodePart& own,
                                          std::span<const float> embedding,
                                          std::span<const std::byte> thumbnail,
                                          const std::string& name);

/// Images as an encoder sees them: made again from their embeddings alone.
class KeptPictures {
 public:
  /// A decoder's file, and the fingerprint of the encoder, which must be one of the decoder's.
  KeptPictures(const std::string& file, const std::string& fingerprint);

  /// A PNG file, empty where it takes a thumbnail and there is none.
  std::vector<std::byte> of(std::span<const float> embedding, std::span<const std::byte> thumbnail,
                            const std::string& name) const;

 private:
  std::unique_ptr<const ImageDecoder> decoder_;
  const CodePart& own_;
};

/// Throws Error(kUsage) if there is --picture without --report, whose page it adds to.
void require_page_of_pictures(const ArgumentParser& parser);
/// Those of --picture DECODER, if it is given, for the encoder of this fingerprint.
std::optional<KeptPictures> kept_pictures(const ArgumentParser& parser,
                                          const std::string& fingerprint);

}  // namespace simdb::cli
