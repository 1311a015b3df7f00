#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "cli/train/decoder_args.h"
#include "encoder/training/decoder_trainer.h"
#include "encoder/training/labeled_images.h"

namespace simdb::cli {

/// A training of a decoder, and the file it wrote.
struct DecoderRun {
  const DecoderCommand& command;
  const training::LabeledImages& images;
  const training::DecoderResult& result;
  std::span<const std::byte> file;
  std::string date;  ///< for people to read
};

/// One HTML page that needs nothing else and runs nothing: a content security policy forbids both.
/// Curves; images and what the decoder makes of their codes; a grid per encoder, in which each
/// column has the features of another image; and what the floats of the latent change. The pictures
/// are made by the file itself. Throws Error(kUsage) without a report in the history.
std::string render_decoder_report(const DecoderRun& run);

}  // namespace simdb::cli
