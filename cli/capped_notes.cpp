#include "cli/capped_notes.h"

#include <ostream>
#include <utility>

namespace simdb::cli {

CappedNotes::CappedNotes(std::ostream& err, std::string rest) : err_(err), rest_(std::move(rest)) {}

void CappedNotes::tell(std::string_view text) {
  if (told_++ < kShown) err_ << "simdb: " << text << '\n';
}

void CappedNotes::finish() {
  if (told_ > kShown) err_ << "simdb: and " << told_ - kShown << " more" << rest_ << '\n';
  told_ = 0;
}

}  // namespace simdb::cli
