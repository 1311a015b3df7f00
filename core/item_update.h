#pragma once

#include "simdb/item.h"

namespace simdb {

/// A stored item, as it is, and what is to become of it.
struct ItemUpdate {
  ItemRecord item;
  ItemChange change;
};

}  // namespace simdb
