#pragma once

#include <string>

#include "simdb/gallery.h"

namespace simdb::test {

/// All that a database of corner embeddings holds and answers, as text that a person can read and
/// that is the same on every machine: items with everything that is kept about them, classes, and
/// the nearest neighbours of fixed queries with their similarities, whole and within a class.
std::string golden_answers(const Gallery& gallery);

/// The first line in which the texts differ; empty if they are the same.
std::string first_difference(const std::string& expected, const std::string& seen);

}  // namespace simdb::test
