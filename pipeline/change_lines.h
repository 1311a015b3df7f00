#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "simdb/gallery.h"

namespace simdb {

/// Tells what changed in a gallery, in the JSON lines of `simdb watch`: what every change added,
/// updated and removed of the items that pass a filter, and after them up to which change all was
/// told. Thread-compatible.
class ChangeLines {
 public:
  /// Gets lines; with `is_end` the last of them says that all up to a change was told. False: no
  /// more. Called without lines, too, so that it can say so.
  using Sink = std::function<bool(std::string_view lines, bool is_end)>;

  /// Begins with what came after change `since`. `gallery` must outlive it. Throws
  /// Error(kNotFound), saying what to do, if that change is not known (any more).
  ChangeLines(const Gallery& gallery, SearchFilter filter, std::uint64_t since);

  /// Tells all changes up to the state that the gallery sees now; false if the sink had enough.
  /// Throws Error(kNotFound) if what comes next is forgotten, or the gallery is another one now;
  /// Error(kBadInput) for a change with more than `most_events`, before its first line.
  bool tell(const Sink& sink, std::size_t most_events = SIZE_MAX);
  /// The line that says that all up to here was told.
  std::string end_line() const;

 private:
  bool tell_change(std::span<const ItemEvent> events, const Sink& sink, bool& has_lines);
  [[noreturn]] void fail() const;

  const Gallery& gallery_;
  const SearchFilter filter_;
  std::uint64_t at_;
  std::uint64_t mark_ = 0;
};

}  // namespace simdb
