#pragma once

#include <cstddef>
#include <iosfwd>
#include <string>
#include <string_view>

namespace simdb::cli {

/// Tells of the first of many alike things, each on a line of its own, then how many more there
/// are. Thread-compatible.
class CappedNotes {
 public:
  static constexpr std::size_t kShown = 20;

  /// `rest` is what "and N more" is followed by.
  explicit CappedNotes(std::ostream& err, std::string rest = "");

  /// `text` must be harmless to a terminal.
  void tell(std::string_view text);
  /// No more come.
  void finish();

 private:
  std::ostream& err_;
  const std::string rest_;
  std::size_t told_ = 0;
};

}  // namespace simdb::cli
