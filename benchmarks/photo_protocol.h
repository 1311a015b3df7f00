#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string_view>
#include <vector>

#include "simdb/class_folders.h"
#include "simdb/embedding.h"

// A few images of each class are added, others of the same classes are asked. Deterministic; the
// same on every platform. Functions are thread-safe.
namespace simdb::bench {

/// Which images of a class are added.
enum class ViewPick {
  kRandom,
  kFirst,   ///< the first in natural order ("view2" before "view10")
  kSpread,  ///< evenly spaced in that order, from a random start after the first draw
};

/// "random", "first" or "spread". Throws Error(kUsage) for another word.
ViewPick parse_view_pick(std::string_view name);

struct DrawPlan {
  std::size_t shots = 5;    ///< images of each class that are added
  std::size_t queries = 0;  ///< others of each class that are asked, drawn at random; 0: all others
  std::size_t ways = 0;     ///< classes of a draw; 0: all
  std::size_t draws = 3;
  std::uint64_t seed = 1;
  ViewPick pick = ViewPick::kRandom;
};

/// Images by their number.
struct Draw {
  std::vector<std::size_t> gallery;
  std::vector<std::size_t> queries;
};

/// `classes` holds each class's images in natural order; those with no more images than `shots` are
/// passed over. `parents`, if not empty, has a number for each class: with ways, the classes of a
/// draw then share one, each parent with enough classes equally often. Throws Error(kUsage) for
/// options that make no sense, Error(kBadInput) if there are too few classes.
std::vector<Draw> draw_galleries(std::span<const std::vector<std::size_t>> classes,
                                 std::span<const int> parents, const DrawPlan& plan);

/// Shares of a draw's queries that are answered with the right class.
struct DrawScore {
  double nearest_item = 0;
  double class_mean = 0;  ///< the nearest mean of a class's rows, means scaled to length 1
  double vote = 0;        ///< the answer of `simdb query`
};

/// `labels` has a class for each image.
DrawScore score_draw(const EmbeddingBatch& rows, std::span<const int> labels, const Draw& draw,
                     std::size_t voters);

/// "all"; "every-second", those at odd places of the sorted names; or a file that names one class a
/// line. Throws Error(kBadInput) if the file names a class that is not there.
std::vector<ClassFolder> choose_classes(std::vector<ClassFolder> classes, std::string_view which);

/// Numbers in names count as numbers: "view2" comes before "view10".
bool natural_less(std::string_view a, std::string_view b);

}  // namespace simdb::bench
