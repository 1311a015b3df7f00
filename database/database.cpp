#include "simdb/database.h"

#include <algorithm>
#include <mutex>
#include <system_error>

#include "core/file_io.h"
#include "core/gallery_identity.h"
#include "core/new_item.h"
#include "core/parallel.h"
#include "core/printable.h"
#include "database/embedded_gallery.h"
#include "database/kept_options_internal.h"
#include "database/layout.h"
#include "database/new_folder_internal.h"
#include "database/predict.h"
#include "index/snapshot.h"
#include "simdb/error.h"

namespace simdb {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kVotesAtOnce = 64;

Lookup lookup_of(const QueryOptions& options) {
  Lookup lookup{options.k, options.within, options.filter};
  if (lookup.within) *lookup.within -= kSimilarityTolerance;
  return lookup;
}

}  // namespace

Prediction predict(std::vector<LabeledNeighbor> neighbors, const QueryOptions& options) {
  Prediction prediction;
  prediction.neighbors = std::move(neighbors);
  if (prediction.neighbors.empty()) return prediction;
  prediction.ranking = vote(prediction.neighbors, options.rule);
  prediction.class_name = prediction.ranking.front().class_name;
  prediction.confidence = prediction.ranking.front().score;
  prediction.accepted =
      prediction.neighbors.front().similarity >= options.accept_similarity - kSimilarityTolerance;
  return prediction;
}

struct Database::State {
  static Database create(const fs::path& folder, const StoreIdentity& identity,
                         OpenOptions options);
  std::shared_ptr<const ImageEncoder> load_encoder() const;

  const std::unique_ptr<Gallery> gallery;
  const EncoderLoader encoder_loader;
  mutable std::mutex encoder_mutex;  // guards encoder
  mutable std::shared_ptr<const ImageEncoder> encoder;
};

std::shared_ptr<const ImageEncoder> Database::State::load_encoder() const {
  if (const std::string& space = gallery->space(); !space.empty()) {
    throw Error(ErrorCode::kUsage,
                "the database takes no images, since it has no encoder: its vectors come from "
                "elsewhere, space '" +
                    printable(space) + "'; use 'simdb import' and 'simdb query --vectors'");
  }
  if (!encoder_loader) {
    throw Error(ErrorCode::kUsage,
                "the database was opened without an encoder loader, so it can't take images; set "
                "OpenOptions::encoder_loader");
  }
  auto loaded = encoder_loader(gallery->encoder_model(), gallery->encoder_fingerprint());
  if (!loaded) throw Error(ErrorCode::kUsage, "the encoder loader made no encoder");
  if (loaded->dimension() != gallery->dimension() ||
      loaded->fingerprint() != gallery->encoder_fingerprint()) {
    throw Error(ErrorCode::kUsage,
                "the encoder loader made an encoder that is not the database's own: fingerprint " +
                    loaded->fingerprint() + ", dimension " + std::to_string(loaded->dimension()) +
                    " instead of " + gallery->encoder_fingerprint() + ", " +
                    std::to_string(gallery->dimension()));
  }
  return loaded;
}

Database::Database(std::unique_ptr<Gallery> gallery, EncoderLoader encoder_loader)
    : state_(new State{std::move(gallery), std::move(encoder_loader), {}, {}}) {
  if (!state_->gallery) throw Error(ErrorCode::kUsage, "can't make a database of no gallery");
}

Database::Database(Database&&) noexcept = default;
Database& Database::operator=(Database&&) noexcept = default;
Database::~Database() = default;

Database Database::create(const fs::path& folder, std::span<const std::byte> model,
                          std::size_t dimension, OpenOptions options) {
  return State::create(folder, identity_of(model, dimension), std::move(options));
}

Database Database::create(const fs::path& folder, const VectorSpace& space, OpenOptions options) {
  return State::create(folder, identity_of(space), std::move(options));
}

Database Database::State::create(const fs::path& folder, const StoreIdentity& identity,
                                 OpenOptions options) {
  if (options.mode == OpenMode::kReadOnly) {
    throw Error(ErrorCode::kUsage, "can't create a database in " + folder.string() +
                                       ": OpenMode::kReadOnly was asked for");
  }
  const fs::path absolute = absolute_path(folder);
  NewFolder made(absolute);
  Database database(
      std::make_unique<EmbeddedGallery>(Store::create(store_path(absolute), identity), absolute),
      std::move(options.encoder_loader));
  made.keep();
  return database;
}

Database Database::open(const fs::path& folder, OpenOptions options) {
  std::error_code error;
  if (!fs::is_directory(folder, error) || !fs::exists(store_path(folder), error)) {
    if (error && error != std::errc::no_such_file_or_directory) {
      throw Error(ErrorCode::kIo, "can't open the database " + folder.string() + ": " +
                                      error.message() + "; check the permissions");
    }
    throw Error(ErrorCode::kNotFound, "there is no database in " + folder.string());
  }
  const StoreMode mode =
      options.mode == OpenMode::kReadOnly ? StoreMode::kReadOnly : StoreMode::kReadWrite;
  const fs::path absolute = absolute_path(folder);
  if (mode == StoreMode::kReadWrite) require_known_snapshot(snapshot_path(absolute));
  auto store = Store::open(store_path(absolute), mode);
  if (store->following() == Following::kIncomplete) {
    throw Error(ErrorCode::kUsage,
                "can't open the database " + folder.string() +
                    ": it is a copy that is not complete; copy again, which goes "
                    "on with it");
  }
  if (const auto from = store->upgraded_from(); from && options.upgraded) options.upgraded(*from);
  return Database(std::make_unique<EmbeddedGallery>(std::move(store), absolute),
                  std::move(options.encoder_loader));
}

bool Database::exists(const fs::path& folder) {
  std::error_code error;
  const bool found = fs::is_directory(store_path(folder), error);
  if (error == std::errc::permission_denied) {
    throw Error(ErrorCode::kIo, "can't look into " + folder.string() + ": " + error.message() +
                                    "; check the permissions");
  }
  return found;
}

std::vector<AddedItem> Database::add(std::string_view class_name,
                                     std::span<const SourceImage> images) {
  std::vector<Image> pixels;
  std::vector<NewItem> items;
  pixels.reserve(images.size());
  items.reserve(images.size());
  for (const SourceImage& image : images) {
    pixels.push_back(image.image);
    items.push_back(new_item(class_name, image));
  }
  return state_->gallery->add(items, encoder().encode(pixels));
}

AddedItem Database::add(std::string_view class_name, const SourceImage& image) {
  return add(class_name, std::span(&image, 1)).front();
}

std::vector<AddedItem> Database::add(std::span<const NewItem> items,
                                     const EmbeddingBatch& embeddings) {
  return state_->gallery->add(items, embeddings);
}

Prediction Database::query(const Image& image, const QueryOptions& options) const {
  return query(encoder().encode(std::span(&image, 1)).row(0), options);
}

Prediction Database::query(std::span<const float> embedding, const QueryOptions& options) const {
  return predict(state_->gallery->look_up(embedding, lookup_of(options)), options);
}

std::vector<Prediction> Database::query_batch(const EmbeddingBatch& embeddings,
                                              const QueryOptions& options) const {
  auto hits = state_->gallery->look_up_batch(embeddings, lookup_of(options));
  std::vector<Prediction> predictions(hits.size());
  parallel_for(hits.size(), kVotesAtOnce, core_count(), [&](std::size_t first, std::size_t last) {
    for (std::size_t i = first; i < last; ++i) {
      predictions[i] = predict(std::move(hits[i]), options);
    }
  });
  return predictions;
}

QueryOptions Database::kept_options() const {
  return options_from(state_->gallery->setting(kVoteSetting));
}

void Database::keep_options(const QueryOptions& options) {
  require_valid(options);
  state_->gallery->set_setting(kVoteSetting, text_of(options));
}

float Database::compare(const Image& a, const Image& b) const {
  const EmbeddingBatch embeddings = encoder().encode(std::vector<Image>{a, b});
  return similarity(embeddings.row(0), embeddings.row(1));
}

std::size_t Database::remove(std::span<const ItemId> ids) { return state_->gallery->remove(ids); }

std::size_t Database::remove_class(std::string_view class_name) {
  return state_->gallery->remove_class(class_name);
}

const ImageEncoder& Database::encoder() const {
  const std::lock_guard lock(state_->encoder_mutex);
  if (!state_->encoder) state_->encoder = state_->load_encoder();
  return *state_->encoder;
}

std::vector<std::byte> Database::encoder_model() const { return state_->gallery->encoder_model(); }

Gallery& Database::gallery() noexcept { return *state_->gallery; }
const Gallery& Database::gallery() const noexcept { return *state_->gallery; }

VerifyReport Database::verify() const {
  return {state_->gallery->stats().items, state_->gallery->verify()};
}

std::vector<std::string> Database::verify_searches() const {
  return state_->gallery->verify_searches();
}

BackupReport Database::back_up(const ByteSink& sink, const std::function<void()>& check) const {
  return state_->gallery->back_up(sink, check);
}

BackupReport Database::back_up(const fs::path& file, const std::function<void()>& check) const {
  return state_->gallery->back_up(file, check);
}

bool Database::refresh() { return state_->gallery->refresh(); }

CompactReport Database::compact(const std::function<void()>& check) {
  return state_->gallery->compact(check);
}

ReindexReport Database::reindex() { return state_->gallery->reindex(); }

}  // namespace simdb
