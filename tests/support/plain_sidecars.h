#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "core/item_update.h"
#include "simdb/gallery.h"

namespace simdb::test {

/// The part of a PlainGallery that is beside its items.
class PlainSidecars : public Gallery {
 public:
  void set_sidecar(std::string_view name, std::span<const std::byte> bytes) override {
    require_sidecar_name(name);
    const std::lock_guard lock(mutex_);
    sidecars_[std::string(name)].assign(bytes.begin(), bytes.end());
  }
  std::optional<std::vector<std::byte>> sidecar(std::string_view name) const override {
    require_sidecar_name(name);
    const std::lock_guard lock(mutex_);
    const auto found = sidecars_.find(std::string(name));
    if (found == sidecars_.end()) return std::nullopt;
    return found->second;
  }
  std::string place() const override { return "memory"; }

 private:
  mutable std::mutex mutex_;
  std::map<std::string, std::vector<std::byte>> sidecars_;
};

}  // namespace simdb::test
