#pragma once

#include <cstddef>
#include <cstdint>

#include "encoder/training/made_classes.h"

namespace simdb::training {

/// Lends data of few classes the variety of many others that are drawn: `count` classes, labelled
/// from `data.classes` up, of 24 images each. A class is a figure (a polygon of five or more
/// corners, a star, a smooth blob, one of them with a hole, bars across each other) or some
/// strokes; its images differ in size, place, aspect, a little in their corners, and in a third of
/// the classes in orientation. Each takes its background and its ink from one of the samples at
/// random, so within a drawn class colours vary as they do in the data, and tell nothing. They have
/// a parent of their own, as the classes of make_classes() have. One seed gives one result. Samples
/// other than images (features of a backbone) come back as they are.
MadeClasses draw_classes(MadeClasses data, std::size_t count, std::uint64_t seed);

}  // namespace simdb::training
