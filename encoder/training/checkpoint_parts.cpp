#include <ATen/CPUGeneratorImpl.h>
#include <fmt/format.h>

#include "encoder/training/checkpoint_parts_internal.h"
#include "simdb/error.h"

namespace simdb::training {

void save_list(const std::string& name, const std::vector<torch::Tensor>& tensors,
               Checkpoint& checkpoint) {
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    checkpoint.tensors[fmt::format("{}/{}", name, i)] = tensors[i].detach().cpu().clone();
  }
}

std::vector<torch::Tensor> load_list(const std::string& name, std::size_t count,
                                     const Checkpoint& checkpoint) {
  std::vector<torch::Tensor> tensors;
  for (std::size_t i = 0; i < count; ++i) {
    const auto found = checkpoint.tensors.find(fmt::format("{}/{}", name, i));
    if (found == checkpoint.tensors.end()) break;
    tensors.push_back(found->second);
  }
  return tensors;
}

void require_same_shapes(const std::vector<torch::Tensor>& a, const std::vector<torch::Tensor>& b) {
  bool same = a.size() == b.size();
  for (std::size_t i = 0; same && i < a.size(); ++i) same = a[i].sizes() == b[i].sizes();
  if (!same) throw Error(ErrorCode::kBadInput, "the checkpoint is of another network");
}

int to_int(const Checkpoint& checkpoint, const std::string& name) {
  const auto found = checkpoint.tensors.find(name);
  if (found == checkpoint.tensors.end() || found->second.numel() != 1) {
    throw Error(ErrorCode::kBadInput, fmt::format("the checkpoint has no '{}'", name));
  }
  return static_cast<int>(found->second.item<std::int64_t>());
}

void save_default_random(Checkpoint& checkpoint) {
  checkpoint.tensors["random"] = at::detail::getDefaultCPUGenerator().get_state();
}

void restore_default_random(const Checkpoint& checkpoint) {
  const auto found = checkpoint.tensors.find("random");
  try {
    if (found != checkpoint.tensors.end()) {
      at::Generator generator = at::detail::getDefaultCPUGenerator();  // a handle
      generator.set_state(found->second);
      return;
    }
  } catch (const c10::Error&) {  // told below
  }
  throw Error(ErrorCode::kBadInput,
              "the checkpoint has no state of the random numbers; it is damaged or of another "
              "LibTorch");
}

}  // namespace simdb::training
