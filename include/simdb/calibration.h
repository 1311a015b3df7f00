#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "simdb/database.h"
#include "simdb/digest.h"
#include "simdb/embedding.h"
#include "simdb/gallery.h"

namespace simdb {

// When is an image of none of the classes? A fixed similarity can't tell: every encoder, and every
// class, has its own. So each class is asked how similar its own images are to one another.
//
// s_y(x) is the largest similarity of image x to the items of class y, s_i that of item i of y to
// the other items of y. The p-value of class y for x is
//     p_y(x) = (1 + #{i : s_i <= s_y(x)}) / (n_y + 1)
// over the n_y items that calibrate y, and the answer is the set {y : p_y(x) > alpha}: empty means
// unknown, one class known, several ambiguous.
//
// The promise: of images that belong to a class of the gallery and are like its items
// (exchangeable with them), at most alpha are called unknown, whatever the encoder and the
// distribution. With x among the items, s_i would be max(s_i, sim(i, x)), which is <= s_y(x) where
// s_i is: so this is full conformal prediction per class, without its cost (Vovk, Gammerman,
// Shafer: Algorithmic Learning in a Random World, 2005; per class: Vovk 2012; that leaving one out
// would else cost a factor 2: Barber, Candes, Ramdas, Tibshirani, "Predictive inference with the
// jackknife+", 2021; the score: Sun et al., "Out-of-distribution detection with deep nearest
// neighbors", 2022). That strangers are caught can't be promised; see CalibrationEstimate.
//
// - Of images that show the same (equal SHA-256, or the same embedding bit for bit, and what the
//   user groups: frames of one film) one calibrates, and the others of its group do not count for
//   its s_i. Which one is drawn by its digest, so the order of additions changes nothing. Since a
//   query stands against all groups and s_i against all but its own, this errs to the safe side.
// - At most kCalibratingItems groups of a class calibrate, those with the smallest digests; they
//   are compared with all items. Items that do not calibrate are constants, to which exchangeable
//   images compare alike, so the promise stays exact. The same holds for images that the encoder
//   was trained on: they lie closer together than new ones do and never calibrate.
// - A class of fewer than 1 / alpha - 1 calibrating items can't be told from its own items. It is
//   calibrated over the other classes: from each of M that have more than n groups, n are drawn as
//   if they were all and one as a query, whose similarity is c_m; p_y = (1 + #{c_m <= s_y}) / (M +
//   1), n the groups of y. The promise is then that of a new class's images at most alpha are
//   called unknown, on average over classes like these, not for each (compare Ding et al.,
//   "Class-conditional conformal prediction with many classes", 2023, arXiv 2306.09335). It takes
//   M >= 1 / alpha - 1. One draw, by digests; averages over draws have no such proof.
// - Where there are too few such classes, the items of all classes calibrate it together: p_y = (1
// +
//   #{s_i <= s_y}) / (N + 1) over all N. That too is full conformal prediction, of images with
//   their classes; so the promise holds on average over images of all classes, mixed as the
//   gallery's items are.
// - A class that none of these suits is uncalibrated: it is an answer only if it wins the vote and
//   reaches QueryOptions::accept_similarity.
// - Where images that were held out are given, their s_y(x) replace the s_i of their class.

/// At most so many groups of a class calibrate it.
inline constexpr std::size_t kCalibratingItems = 2048;
/// At most so many groups of a class are drawn as its items where it calibrates others.
inline constexpr std::size_t kDrawnItems = 98;
/// At most so many classes calibrate those of few items: those whose names have the smallest
/// hashes.
inline constexpr std::size_t kCalibratingClasses = 2048;

/// What `simdb calibrate` was told.
struct CalibrationChoices {
  std::string group_by = {};  ///< items with equal values of this field are a group; may be empty
  bool group_by_folder = false;  ///< so are items whose sources share a folder

  friend bool operator==(const CalibrationChoices&, const CalibrationChoices&) = default;
};

/// Images with their classes that were not added.
struct HeldOutImages {
  EmbeddingBatch embeddings;
  std::vector<std::string> class_names;  ///< one per row
};

enum class CalibratedBy : std::uint8_t { kNothing, kItems, kClasses, kAllItems, kHeldOut };
/// "nothing", "items", "classes", "all-items", "held-out".
std::string_view name_of(CalibratedBy by) noexcept;

/// How many classes are calibrated how at some alpha.
struct CalibratedClasses {
  std::size_t by_items = 0;
  std::size_t by_classes = 0;
  std::size_t by_all_items = 0;
  std::size_t by_held_out = 0;
  std::size_t uncalibrated = 0;
};

/// A share that was measured: `count` of `of`, and where the true one lies with 95 % confidence
/// (Clopper and Pearson).
struct EstimatedShare {
  std::uint64_t count = 0;
  std::uint64_t of = 0;
  double low = 0;
  double high = 1;

  double share() const noexcept {
    return of == 0 ? 0 : static_cast<double>(count) / static_cast<double>(of);
  }
};
/// The interval of `count` of `of`.
EstimatedShare estimated_share(std::uint64_t count, std::uint64_t of);

/// What a gallery tells of images that belong to none of its classes: each of some of its items is
/// asked as if its class were not there. One class less accepts less: what one more would add is
/// taken from what one less would cost (the jackknife of first order).
struct CalibrationEstimate {
  double alpha = 0;
  EstimatedShare accepted;  ///< were not called unknown
  double auroc = 0;         ///< of the best p-value, against the same items with their class there
  std::optional<EstimatedShare> held_out_rejected = std::nullopt;  ///< by the gallery's own scores
};

struct CalibrationState;

/// The scores of a gallery's classes, kept in step with it. Thread-compatible.
class Calibration {
 public:
  /// Tells of the digest of an image file whether the encoder was trained on it.
  using TrainedOn = std::function<bool(const Sha256&)>;

  /// Reads all items, class by class, on all cores. Calls `check` often and lets out what that
  /// throws. Throws as Gallery, Error(kUsage) if dimensions differ.
  static Calibration compute(
      const Gallery& gallery, CalibrationChoices choices = {},
      std::optional<HeldOutImages> held_out = std::nullopt, const TrainedOn& trained_on = {},
      const std::function<void()>& check = [] {});

  Calibration(Calibration&&) noexcept;
  Calibration& operator=(Calibration&&) noexcept;
  Calibration(const Calibration&);
  Calibration& operator=(const Calibration&);
  ~Calibration();

  /// Brings it to the gallery's present state, bit for bit what compute() would make; returns
  /// whether there was anything to do. A class that gained items takes as many dot products as it
  /// has items for each new one; one that lost or changed items, or all where the gallery has
  /// forgotten what changed, are computed anew.
  bool refresh(const Gallery& gallery, const TrainedOn& trained_on = {});

  const CalibrationChoices& choices() const noexcept;
  bool has_held_out() const noexcept;
  /// What compute() would make of the same items without the held-out images.
  Calibration without_held_out() const;
  /// What the last call of set_estimate() was given.
  const std::optional<CalibrationEstimate>& estimate() const noexcept;
  void set_estimate(const CalibrationEstimate& estimate);

  /// Keeps it beside its gallery, in one step and durably. Throws Error(kIo); what was there is
  /// kept then. See docs/file_formats.md.
  void save(Gallery& gallery) const;
  /// What save() wrote, or nothing if there is none. Call refresh() then. Throws Error(kCorruption)
  /// if it is damaged, Error(kBadInput) if a newer simdb wrote it or it is of another gallery.
  static std::optional<Calibration> load(const Gallery& gallery);

 private:
  friend class AnswerSets;
  explicit Calibration(std::shared_ptr<const CalibrationState> state);
  std::shared_ptr<const CalibrationState> state_;
};

enum class Verdict : std::uint8_t { kKnown, kAmbiguous, kUnknown, kUncalibrated };
/// "known", "ambiguous", "unknown", "uncalibrated".
std::string_view name_of(Verdict verdict) noexcept;

/// A class of an answer.
struct PossibleClass {
  std::string class_name;
  float similarity = 0;                    ///< s_y(x)
  std::optional<double> p = std::nullopt;  ///< nothing: the class is uncalibrated
  CalibratedBy calibrated_by = CalibratedBy::kNothing;
};

/// How a class stands to an image by p-values.
struct ClassStanding {
  std::optional<double> p = std::nullopt;  ///< nothing: the class is uncalibrated
  CalibratedBy calibrated_by = CalibratedBy::kNothing;
  std::size_t scores = 0;                      ///< calibrate it; of these ...
  std::size_t no_larger = 0;                   ///< ... are no larger than the similarity
  std::optional<float> needed = std::nullopt;  ///< p > alpha from here on; nothing: nowhere
};

/// What the classes say of an image. kKnown: one, which wins the vote. kAmbiguous: several, or one
/// that another outvotes. kUnknown: none. kUncalibrated: the vote's winner, which reaches
/// accept_similarity, but has no p-value; no other class is possible.
struct Decision {
  Verdict verdict = Verdict::kUnknown;
  std::vector<PossibleClass> possible;  ///< by vote, then by p-value
  /// Images that belong to a class have higher ones: to rank images by, where p-values tie. It is
  ///     max over the neighbours' classes (s_y(x) - m_y / 2) + w log(share of the winner's vote)
  /// with m_y the median of the scores that calibrate y, drawn to that of all classes by as much as
  /// five items would, and w = 0.05 + 0.2 / (groups per class): see docs/decisions/0031. No
  /// probability; 0 without neighbours.
  double familiarity = 0;
};

/// Decides by the p-values at one alpha. Immutable; thread-safe. Belongs to one state of the
/// gallery.
class AnswerSets {
 public:
  /// Throws Error(kUsage) unless 0 < alpha < 1.
  AnswerSets(const Calibration& calibration, double alpha);
  ~AnswerSets();
  AnswerSets(AnswerSets&&) noexcept;
  AnswerSets& operator=(AnswerSets&&) noexcept;

  double alpha() const noexcept;
  CalibratedClasses classes() const;

  /// The decision for `query`, of which Database::query with `options` made `prediction`. Searches
  /// on where a class that is not among the neighbours could be possible too, so that the set is
  /// complete. Options that leave out items of a class leave it without p-values: then all are
  /// uncalibrated. Errors as Gallery::search.
  Decision decide(const Gallery& gallery, std::span<const float> query,
                  const Prediction& prediction, const QueryOptions& options) const;

  /// The decision where these classes, all calibrated, are possible and `prediction` is the vote.
  Decision decide(std::vector<PossibleClass> calibrated, const Prediction& prediction,
                  const QueryOptions& options) const;

  /// What an image of this similarity to the class's nearest item would be to the class.
  ClassStanding standing(std::string_view class_name, float similarity,
                         const QueryOptions& options) const;

  /// The same as decide() for each row, on all cores. Calls `check` before each, by several threads
  /// at a time, and lets out what that throws. Throws Error(kUsage) unless there is one prediction
  /// per row.
  std::vector<Decision> decide_batch(
      const Gallery& gallery, const EmbeddingBatch& queries,
      std::span<const Prediction> predictions, const QueryOptions& options,
      const std::function<void()>& check = [] {}) const;

  /// Asks up to `max_items` items, drawn by digest, as if their classes were not there. Reads all
  /// items once more. `accept_similarity` is what uncalibrated classes go by. Calls `check` often
  /// and lets out what that throws.
  CalibrationEstimate estimate(
      const Gallery& gallery, float accept_similarity, std::size_t max_items = 2000,
      const std::function<void()>& check = [] {}) const;

 private:
  struct Rules;
  std::unique_ptr<const Rules> rules_;
};

}  // namespace simdb
