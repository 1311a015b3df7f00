#include "cli/train_options.h"

#include <algorithm>
#include <array>
#include <cassert>

#include "cli/image_limits.h"

namespace simdb::cli {
namespace {

constexpr std::array kTrainOptions = {
    TrainOption{"output,o", "FILE", "the model file to write"},
    TrainOption{"validation", "DIR", "validate on these classes instead of a part of DIR"},
    TrainOption{"classes", "auto|top|leaf",
                "top: every sub-folder of DIR is a class;\nleaf: every folder that holds images "
                "itself"},
    TrainOption{"size", "auto|N",
                "side of the input, pixels; auto: 28, or 48 for many\nclasses of coloured images, "
                "or a backbone's own"},
    TrainOption{"color", "auto|rgb|grey", "auto: grey if the images are"},
    TrainOption{"resize", "auto|fit|stretch|trim",
                "fit keeps the aspect ratio, trim cuts margins too"},
    TrainOption{"image-limit", "NAME=N", kImageLimitHelp},
    TrainOption{"from", "auto|scratch|NAME|FILE",
                "encoder to start from; auto: photo for photographs"},
    TrainOption{"backbone", "FILE",
                "train a head on this ONNX image model's features;\nrepeated: on several models' "
                "side by side"},
    TrainOption{"backbone-output", "NAME", "tensor of the features (the widest, no class scores)"},
    TrainOption{"head-hidden", "N", "width of a layer in between (0: none)"},
    TrainOption{"anchor", "X", "how strongly it is held at its start (10; encoder: 1)"},
    TrainOption{"dropout", "X", "share of features left out (0.2)"},
    TrainOption{"views", "N", "augmented views of an image, the first as it is (1)"},
    TrainOption{"feature-cache", "FILE", "instead of FILE.onnx.features"},
    TrainOption{"mean-std", "WHAT", "of its pixels: auto|imagenet|half|none|raw"},
    TrainOption{"preview", "FILE", "write a page of augmented images; trains only with -o"},
    TrainOption{"log", "FILE", "write a JSON line per epoch while it runs"},
    TrainOption{"report", "FILE", "write a page with curves and hard examples"},
    TrainOption{"time-limit", "TIME", "be done within 90s, 3m, 2h, ...; fits the epochs to it"},
    TrainOption{"resume", nullptr, "go on from FILE.checkpoint"},
    TrainOption{"network", "WHAT", "small|article|conv4|wide|residual"},
    TrainOption{"channels", "LIST", "of each stage, like 64,64,128"},
    TrainOption{"dim", "N", "floats per embedding, a multiple of 16 (16)"},
    TrainOption{"batch-norm", "on|off", "normalise between layers"},
    TrainOption{"augment", "WHAT",
                "auto|none|glyph|digits|photo|icons|shapes, or switches:\nglyph,-erase,blur; see "
                "--preview"},
    TrainOption{"augment-strength", "X", "0 to 3 (1)"},
    TrainOption{"made-classes", "on|off", "turned and joined images are further classes"},
    TrainOption{"drawn-classes", "N", "so many drawn figures are further classes"},
    TrainOption{"test-views", "1|5", "an embedding is the mean of so many views of its image"},
    TrainOption{"loss", "WHAT",
                "triplet|contrastive|circle|multi-similarity|\nsupcon|nt-xent|pair|cosface"},
    TrainOption{"miner", "WHAT", "batch-all|batch-hard|semi-hard"},
    TrainOption{"margin", "X", "between classes; each loss has its own"},
    TrainOption{"scale", "X", "steepness of the loss, 1 / temperature"},
    TrainOption{"soft-margin", nullptr, "triplet without a hinge"},
    TrainOption{"optimizer", "adam|adamw", "how weights follow their gradients"},
    TrainOption{"schedule", "cosine|one-cycle", "of the learning rate"},
    TrainOption{"learning-rate", "X", "the highest"},
    TrainOption{"warmup", "X", "share of the steps in which cosine rises"},
    TrainOption{"weight-decay", "X", "of matrices"},
    TrainOption{"clip-norm", "X", "of the gradients; 0: not clipped"},
    TrainOption{"weight-average", "X", "decay per step of the weights exported; 0: the last"},
    TrainOption{"batch", "N", "images per batch, about"},
    TrainOption{"siblings", "X", "share of batches of classes in one parent folder"},
    TrainOption{"epochs", "N", "at most"},
    TrainOption{"epoch-steps", "N", "batches per epoch (0: shows all images, 10 at least)"},
    TrainOption{"patience", "N", "stop after N epochs without a gain (a quarter, 8 or more)"},
    TrainOption{"validate-on", "auto|images|classes", "images of each class, or whole classes"},
    TrainOption{"validation-share", "X", "part of the images or classes set aside"},
    TrainOption{"precision", "auto|float32|bfloat16", "of convolutions"},
    TrainOption{"device", "cpu|cuda", "where it computes"},
    TrainOption{"seed", "N", "the same seed gives the same model"},
    TrainOption{"threads", "N", "0: all cores"},
    TrainOption{"json", nullptr, "the summary as one JSON line"},
};

constexpr std::array kDecoderTrainOptions = {
    TrainOption{"output,o", "FILE", "the decoder file to write"},
    TrainOption{"encoder", "FILE", "an encoder that simdb trained from scratch; may be repeated"},
    TrainOption{"latent", "N", "floats beside the encoders' features (16)"},
    TrainOption{"channels", "N", "width of its network (32)"},
    TrainOption{"steps", "N", "batches (6000)"},
    TrainOption{"batch", "N", "images per batch (32)"},
    TrainOption{"learning-rate", "X", "the highest (0.003)"},
    TrainOption{"consistency", "X", "weight of what the encoders find in what is made (2)"},
    TrainOption{"augment", "WHAT", "as of 'simdb train'; auto: changes that move pixels only"},
    TrainOption{"augment-strength", "X", "0 to 3 (1)"},
    TrainOption{"validation-share", "X", "part of the images set aside to measure on (0.1)"},
    TrainOption{"classes", "auto|top|leaf", "which folders are classes"},
    TrainOption{"image-limit", "NAME=N", kImageLimitHelp},
    TrainOption{"report", "FILE", "write a page of pictures made again, with curves"},
    TrainOption{"resume", nullptr, "go on from FILE.checkpoint"},
    TrainOption{"seed", "N", "the same seed gives the same decoder"},
    TrainOption{"threads", "N", "0: all cores"},
    TrainOption{"json", nullptr, "the summary as one JSON line"},
};

}  // namespace

std::span<const TrainOption> train_options() { return kTrainOptions; }
std::span<const TrainOption> decoder_train_options() { return kDecoderTrainOptions; }

const TrainOption& train_option(std::span<const TrainOption> table, std::string_view name) {
  const auto found = std::ranges::find(table, name, &TrainOption::name);
  assert(found != table.end());
  return *found;
}

}  // namespace simdb::cli
