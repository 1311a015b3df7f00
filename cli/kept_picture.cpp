#include "cli/kept_picture.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "cli/render.h"
#include "simdb/error.h"
#include "simdb/image_codec.h"
#include "simdb/model_trial.h"
#include "simdb/onnx_encoder.h"

namespace simdb::cli {

std::unique_ptr<const ImageDecoder> load_decoder(const std::string& file) {
  const std::vector<std::byte> bytes = read_model_file(file);
  judge_decoder(bytes, file);
  return std::make_unique<const ImageDecoder>(bytes, file);
}

const CodePart& part_of(const ImageDecoder& decoder, const std::string& fingerprint) {
  const auto found = std::ranges::find(decoder.parts(), fingerprint, &CodePart::fingerprint);
  if (found != decoder.parts().end()) return *found;
  std::string names;
  for (const CodePart& part : decoder.parts()) {
    names += fmt::format("{}{} ({:.12})", names.empty() ? "" : ", ", printable(part.name),
                         part.fingerprint);
  }
  throw Error(ErrorCode::kBadInput,
              fmt::format("the encoder in use ({:.12}) is none of this decoder's, which are {}; "
                          "train one with it: simdb train-decoder DIR -o FILE --encoder ENCODER",
                          fingerprint, names));
}

std::optional<std::vector<float>> code_of(const ImageDecoder& decoder, const CodePart& own,
                                          std::span<const float> embedding,
                                          std::span<const std::byte> thumbnail,
                                          const std::string& name) {
  std::vector<float> code(decoder.code_size());
  if (decoder.parts().size() > 1) {
    if (thumbnail.empty()) return std::nullopt;
    const Image image = decode_image(thumbnail, name);
    code = decoder.encode({&image, 1});
    std::fill_n(code.begin(), decoder.latent(), 0.0F);
  }
  std::ranges::copy(embedding, code.begin() + static_cast<std::ptrdiff_t>(own.first));
  return code;
}

KeptPictures::KeptPictures(const std::string& file, const std::string& fingerprint)
    : decoder_(load_decoder(file)), own_(part_of(*decoder_, fingerprint)) {}

std::vector<std::byte> KeptPictures::of(std::span<const float> embedding,
                                        std::span<const std::byte> thumbnail,
                                        const std::string& name) const {
  const auto code = code_of(*decoder_, own_, embedding, thumbnail, name);
  return code ? encode_png(decoder_->decode(*code).front()) : std::vector<std::byte>();
}

void require_page_of_pictures(const ArgumentParser& parser) {
  if (parser.has("picture") && !parser.has("report")) {
    throw Error(ErrorCode::kUsage, "--picture adds to the page of --report FILE.html");
  }
}

std::optional<KeptPictures> kept_pictures(const ArgumentParser& parser,
                                          const std::string& fingerprint) {
  if (!parser.has("picture")) return std::nullopt;
  return std::optional<KeptPictures>(std::in_place, parser.get<std::string>("picture"),
                                     fingerprint);
}

}  // namespace simdb::cli
