#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "decisions/class_scores.h"
#include "simdb/calibration.h"

namespace simdb {

/// All that a calibration is.
struct CalibrationState {
  /// A class by its name.
  struct Class {
    std::string name;
    ClassScores scores;

    friend bool operator==(const Class&, const Class&) = default;
  };
  /// Of which class an item is.
  struct Item {
    ItemId id{};
    std::uint32_t place = 0;  ///< in `classes`

    friend auto operator<=>(const Item&, const Item&) = default;
  };

  std::string fingerprint;  ///< of the gallery's encoder or space
  CalibrationChoices choices;
  std::optional<HeldOutImages> held_out;
  std::uint64_t change = 0;    ///< the last that it has seen
  std::uint64_t mark = 0;      ///< of that change
  std::vector<Class> classes;  ///< in byte order of their names, none empty
  std::vector<Item> items;     ///< ascending
  std::optional<CalibrationEstimate> estimate;

  /// The place of a class, or nothing.
  std::optional<std::uint32_t> place_of(std::string_view name) const;
  /// Every entry of an item; more than one only if it moved while items were read.
  std::span<const Item> entries_of(ItemId id) const;
};

/// Reads the items of a class, by what the choices group them. Thread-safe.
ClassItems read_class(const Gallery& gallery, const std::string& name,
                      const CalibrationChoices& choices, const Calibration::TrainedOn& trained_on);

}  // namespace simdb
