#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "encoder/training/augment_options.h"
#include "encoder/training/head_options.h"
#include "encoder/training/loss_options.h"
#include "encoder/training/network_options.h"
#include "encoder/training/schedule.h"

namespace simdb::training {

enum class OptimizerKind { kAdam, kAdamW };

OptimizerKind parse_optimizer(std::string_view name);  ///< Throws Error(kUsage) naming the choices.
std::string_view to_string(OptimizerKind optimizer) noexcept;

/// The type that convolutions calculate in while training. The model is float32 in any case.
enum class Precision {
  kAuto,      ///< bfloat16 where the processor has instructions for it, else float32
  kFloat32,   ///< 24 bits of precision
  kBFloat16,  ///< 8 bits of precision, the range of float32: about twice as fast with AVX512_BF16
};

Precision parse_precision(std::string_view name);  ///< Throws Error(kUsage) naming the choices.
std::string_view to_string(Precision precision) noexcept;

/// What is set aside to judge the network by.
enum class ValidationKind {
  kAuto,     ///< classes if there are at least 20, else images
  kImages,   ///< a share of every class, looked up among the rest
  kClasses,  ///< whole classes, each image looked up among the others: new classes' score
};

ValidationKind parse_validation(std::string_view name);  ///< Throws Error(kUsage).
std::string_view to_string(ValidationKind kind) noexcept;

/// Everything that decides what is learned from a training set. A plain value.
struct TrainOptions {
  NetworkOptions network;
  std::optional<BackboneOptions> backbone;  ///< then of `network` only the dimension counts
  AugmentOptions augment;                   ///< chosen by the data if nothing is said
  bool made_classes = false;                ///< see make_classes(); images only
  int drawn_classes = 0;                    ///< see draw_classes(); images only
  int test_views = 1;                       ///< the model's InputSpec::views; images only
  LossOptions loss;
  OptimizerKind optimizer = OptimizerKind::kAdamW;
  ScheduleKind schedule = ScheduleKind::kCosine;
  double learning_rate = 2e-3;   ///< the highest
  double warmup = 0.05;          ///< share of the steps in which the learning rate rises
  double weight_decay = 0.01;    ///< AdamW's; with Adam it is L2 regularisation
  double clip_norm = 5;          ///< of the gradients; 0: not clipped
  double weight_average = 0.99;  ///< decay per step of the averaged weights that are judged and
                                 ///< exported; 0: the last ones
  Precision precision = Precision::kAuto;
  int batch = 192;         ///< images per batch, about
  double siblings = 0.5;   ///< share of groups whose classes have one parent folder
  int epochs = 30;         ///< at most
  int steps_an_epoch = 0;  ///< 0: what shows as many images as there are, but 10 at least
  int patience = 10;       ///< stop after so many epochs without a better network; 0: a third of
                           ///< the epochs, but 10 at least
  /// Seconds for training, reading not counted; 0: no limit. The epochs are lowered to what fits,
  /// or shortened, see fit_length(). What was chosen is told, and decides what is learned.
  double time_limit = 0;
  ValidationKind validation = ValidationKind::kAuto;
  std::optional<double> validation_share;  ///< unset: 0.2 of images, 0.2 to 0.1 of classes
  /// Of the draw of the classes that are set aside; unset: train() draws typical ones, see
  /// draw_typical_classes().
  std::optional<std::uint64_t> split_seed;
  std::uint64_t seed = 1;
  int threads = 0;             ///< 0 = the machine's cores
  std::string device = "cpu";  ///< or "cuda", "cuda:1"
};

/// The options that decide what is learned, as names and values for people to read. Where one says
/// "auto", the data or the machine decides.
std::map<std::string, std::string> describe(const TrainOptions& options);

/// Throws Error(kUsage), naming the option and its bounds.
void require_valid(const TrainOptions& options);

}  // namespace simdb::training
