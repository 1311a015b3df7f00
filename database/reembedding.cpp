#include "database/reembedding.h"

#include "core/file_io.h"
#include "core/printable.h"
#include "database/index_snapshot_internal.h"
#include "database/kept_options_internal.h"
#include "database/layout.h"
#include "index/snapshot.h"
#include "simdb/error.h"

namespace simdb {
namespace {

// The embeddings by the other encoder are read so many at a time.
constexpr std::size_t kItemsAtOnce = 4096;

}  // namespace

Reembedding::Reembedding(const std::filesystem::path& folder,
                         const std::function<void(std::uint64_t)>& upgraded) {
  const std::filesystem::path absolute = absolute_path(folder);
  require_known_snapshot(snapshot_path(absolute));
  store_ = Store::open(store_path(absolute), StoreMode::kReadWrite);
  require_not_behind_snapshot(*store_, snapshot_path(absolute));
  if (const auto from = store_->upgraded_from(); from && upgraded) upgraded(*from);
  if (const std::string& space = store_->space(); !space.empty()) {
    throw Error(
        ErrorCode::kUsage,
        "can't give " + folder.string() +
            " another encoder: it has none, since its vectors come from elsewhere, space '" +
            printable(space) + "'; import the new vectors into a new database");
  }
}

QueryOptions Reembedding::kept_options() const {
  return options_from(store_->setting(kVoteSetting));
}

void Reembedding::begin(std::span<const std::byte> model, std::size_t dimension) {
  store_->begin_generation(identity_of(model, dimension));
}

std::vector<ItemId> Reembedding::missing() const { return store_->without_other_embedding(); }

void Reembedding::for_each_with_both(const BothVisitor& visit) const {
  const auto other = store_->other_generation();
  if (!other) return;
  std::vector<ItemId> ids;
  EmbeddingBatch after(other->dimension);
  const auto hand_over = [&] {
    const auto before = store_->embeddings(ids);
    const auto items = store_->get_many(ids);
    for (std::size_t i = 0; i < ids.size(); ++i) {
      if (before[i] && items[i]) {
        visit(items[i]->info.class_name, before[i]->values(), after.row(i));
      }
    }
    ids.clear();
    after.clear();
  };
  store_->for_each_other_embedding([&](ItemId id, std::span<const float> values) {
    ids.push_back(id);
    after.append_unit(values);
    if (ids.size() == kItemsAtOnce) hand_over();
    return true;
  });
  hand_over();
}

void Reembedding::switch_over(bool keep_old, std::span<const ItemId> dropped) {
  Store::switch_generation(std::move(store_), {.keep_old = keep_old,
                                               .removed = {dropped.begin(), dropped.end()},
                                               .dropped_settings = {std::string(kVoteSetting)}});
}

}  // namespace simdb
