#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "simdb/classifier.h"
#include "simdb/gallery.h"
#include "simdb/image.h"
#include "simdb/image_encoder.h"
#include "simdb/item.h"
#include "simdb/vector_space.h"
#include "simdb/vote_rule.h"

namespace simdb {

enum class OpenMode {
  kReadWrite,  ///< one process at a time
  kReadOnly,  ///< any number of processes, beside at most one writer; sees the state at the time of
              ///< opening or of the last refresh()
};

struct OpenOptions {
  OpenMode mode = OpenMode::kReadWrite;
  /// Makes the encoder from the model bytes kept in the database when it is first needed, e.g.
  /// simdb::load_onnx_encoder. May be empty if the caller never passes images.
  EncoderLoader encoder_loader = {};
  /// Called by open() if opening for writing has made a store of an older format (its number is
  /// given) one of the newest, which older versions of simdb can't open.
  std::function<void(std::uint64_t from)> upgraded = {};
};

struct QueryOptions {
  std::size_t k = 10;              ///< neighbours that vote, at least 1
  VoteRule rule = {};              ///< how they do
  SearchFilter filter = {};        ///< look only among these items
  float accept_similarity = 0.5F;  ///< a nearest neighbour below this is no match
  /// Where set, all items of at least this similarity vote instead of the k nearest. Both bounds
  /// are met by what falls short of them by no more than kSimilarityTolerance.
  std::optional<float> within = std::nullopt;
};

/// The answer to "what is this?".
struct Prediction {
  std::string class_name = {};             ///< best class; empty if the database is empty
  double confidence = 0;                   ///< its share of the vote, in [0, 1]
  bool accepted = false;                   ///< the nearest neighbour reaches accept_similarity
  std::vector<ClassScore> ranking;         ///< all classes among the neighbours, best first
  std::vector<LabeledNeighbor> neighbors;  ///< nearest first
};

/// What Database::verify found.
struct VerifyReport {
  std::uint64_t items = 0;
  std::vector<std::string> problems;  ///< in words for a person; empty means sound
};

/// An image similarity database: a gallery and the encoder, or the space, that it belongs to.
/// Thread-safe. All members throw Error as described at Gallery and ImageEncoder.
class Database {
 public:
  /// Takes over a gallery, of any engine. `encoder_loader` as in OpenOptions.
  explicit Database(std::unique_ptr<Gallery> gallery, EncoderLoader encoder_loader = {});

  /// Makes a new database in `folder`, which must not exist or be empty; its parent must exist.
  /// `model` are the bytes of the encoder's model file and stay inside; `dimension` is the length
  /// of its embeddings.
  static Database create(const std::filesystem::path& folder, std::span<const std::byte> model,
                         std::size_t dimension, OpenOptions options = {});
  /// The same without an encoder, for vectors that come from elsewhere: add() and query() take
  /// those, and Error(kUsage) is what images get. Throws Error(kBadInput) on a name that can't be
  /// used.
  static Database create(const std::filesystem::path& folder, const VectorSpace& space,
                         OpenOptions options = {});
  /// Opens the store; the first search maps the saved index, or builds one. Errors as Store::open;
  /// Error(kCorruption) too if a database opened for writing has lost changes that the saved index
  /// has seen; Error(kBadInput) if a newer simdb saved the index. A reader does without that index.
  static Database open(const std::filesystem::path& folder, OpenOptions options = {});
  /// True if `folder` looks like a database. Throws Error(kIo) if it may not be looked into.
  static bool exists(const std::filesystem::path& folder);

  /// Closing a large database saves its index if much has changed since it was last saved.
  Database(Database&&) noexcept;
  Database& operator=(Database&&) noexcept;
  ~Database();

  /// Encodes and stores images under a class; durable when it returns, all or nothing.
  std::vector<AddedItem> add(std::string_view class_name, std::span<const SourceImage> images);
  AddedItem add(std::string_view class_name, const SourceImage& image);
  /// Stores items whose vectors are known: see Gallery::add.
  std::vector<AddedItem> add(std::span<const NewItem> items, const EmbeddingBatch& embeddings);

  /// Encodes an image and lets its nearest neighbours vote.
  Prediction query(const Image& image, const QueryOptions& options = {}) const;
  /// The same for an embedding of this database's encoder.
  Prediction query(std::span<const float> embedding, const QueryOptions& options = {}) const;

  /// The same for every row of `embeddings`, on all cores.
  std::vector<Prediction> query_batch(const EmbeddingBatch& embeddings,
                                      const QueryOptions& options = {}) const;

  /// What keep_options() kept of this gallery's options, the defaults where it kept nothing.
  QueryOptions kept_options() const;
  /// Keeps k and rule of `options` in this gallery, durably: what suits it, as `simdb tune` finds
  /// out. query() itself goes by what it is given. Throws Error(kUsage) if k is 0 or the rule is
  /// out of its range.
  void keep_options(const QueryOptions& options);

  /// Cosine similarity of two images, in [-1, 1]: the Siamese network's output.
  float compare(const Image& a, const Image& b) const;

  /// Removes items; returns how many existed.
  std::size_t remove(std::span<const ItemId> ids);
  std::size_t remove_class(std::string_view class_name);

  /// Loads the encoder on first use. Throws Error(kUsage) if there is none or no loader was given,
  /// Error(kCorruption) if the model's digest is not the fingerprint.
  const ImageEncoder& encoder() const;
  std::vector<std::byte> encoder_model() const;

  Gallery& gallery() noexcept;
  const Gallery& gallery() const noexcept;

  /// See Gallery for these.
  bool refresh();
  VerifyReport verify() const;
  std::vector<std::string> verify_searches() const;
  BackupReport back_up(const ByteSink& sink, const std::function<void()>& check = [] {}) const;
  BackupReport back_up(
      const std::filesystem::path& file, const std::function<void()>& check = [] {}) const;
  ReindexReport reindex();
  CompactReport compact(const std::function<void()>& check = [] {});

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace simdb
