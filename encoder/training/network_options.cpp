#include "encoder/training/network_options.h"

#include <fmt/ranges.h>

#include <array>
#include <charconv>

#include "encoder/training/option_names_internal.h"
#include "simdb/onnx_encoder.h"

namespace simdb::training {
namespace {

constexpr int kMaxStages = 8;
constexpr int kMaxChannels = 2048;

struct Preset {
  std::vector<int> channels;
  bool residual = false;
  bool batch_norm = true;
  friend bool operator==(const Preset&, const Preset&) = default;
};

const std::array<NamedValue<Preset>, 5>& presets() {
  static const std::array<NamedValue<Preset>, 5> kPresets = {{
      {"small", {{16, 32, 64}, false, true}},
      {"article", {{32, 64}, false, false}},
      {"conv4", {{64, 64, 64, 64}, false, true}},
      {"wide", {{64, 64, 128, 128}, false, true}},
      {"residual", {{32, 64, 128, 128}, true, true}},
  }};
  return kPresets;
}

}  // namespace

NetworkOptions network_preset(std::string_view name) {
  const Preset preset = find_choice(presets(), "network", name);
  NetworkOptions network;
  network.channels = preset.channels;
  network.residual = preset.residual;
  network.batch_norm = preset.batch_norm;
  return network;
}

std::string to_string(const NetworkOptions& network) {
  const Preset shape{network.channels, network.residual, network.batch_norm};
  for (const auto& [name, preset] : presets()) {
    if (preset == shape) return std::string(name);
  }
  return fmt::format("{}{}{}", fmt::join(network.channels, "-"),
                     network.residual ? ", residual" : "",
                     network.batch_norm ? "" : ", no batch norm");
}

std::vector<int> parse_channels(std::string_view text) {
  const auto refuse = [&] {
    throw Error(ErrorCode::kUsage,
                fmt::format("--channels is a list like 64,64,128 of 1 to {} numbers from 1 to {}, "
                            "not '{}'",
                            kMaxStages, kMaxChannels, text));
  };
  std::vector<int> channels;
  const char* next = text.data();
  const char* const end = text.data() + text.size();
  while (true) {
    int value = 0;
    const auto [rest, error] = std::from_chars(next, end, value);
    if (error != std::errc() || value < 1 || value > kMaxChannels) refuse();
    channels.push_back(value);
    if (channels.size() > kMaxStages) refuse();
    if (rest == end) return channels;
    if (*rest != ',') refuse();
    next = rest + 1;
  }
}

void require_valid(const NetworkOptions& network) {
  if (network.dimension < 1) require_between("--dim", network.dimension, 16, 512);
  require_model_dimension(static_cast<std::size_t>(network.dimension));
  require_between("--channels (how many)", static_cast<double>(network.channels.size()), 1,
                  kMaxStages);
  for (const int channels : network.channels) {
    require_between("--channels", channels, 1, kMaxChannels);
  }
}

}  // namespace simdb::training
