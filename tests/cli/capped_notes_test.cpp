#include "cli/capped_notes.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <sstream>

namespace simdb::cli {
namespace {

TEST(CappedNotes, AFewAreAllTold) {
  std::ostringstream err;
  CappedNotes notes(err);
  notes.tell("a");
  notes.tell("b");
  notes.finish();
  EXPECT_EQ(err.str(), "simdb: a\nsimdb: b\n");
}

TEST(CappedNotes, OfManyTheFirstAreToldAndTheOthersCounted) {
  std::ostringstream err;
  CappedNotes notes(err, " duplicates");
  for (std::size_t i = 0; i < CappedNotes::kShown + 7; ++i) notes.tell("line");
  notes.finish();
  const std::string text = err.str();
  EXPECT_EQ(static_cast<std::size_t>(std::ranges::count(text, '\n')), CappedNotes::kShown + 1);
  EXPECT_THAT(text, testing::EndsWith("\nsimdb: and 7 more duplicates\n"));
  notes.finish();
  EXPECT_EQ(err.str(), text);
}

}  // namespace
}  // namespace simdb::cli
