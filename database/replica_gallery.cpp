#include "database/replica_gallery.h"

#include <stdlib.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <string>
#include <system_error>
#include <utility>

#include "core/file_io.h"
#include "database/copy_gallery.h"
#include "database/layout.h"
#include "database/pull_changes_internal.h"
#include "simdb/error.h"

namespace simdb {
namespace {

namespace fs = std::filesystem;

// Each copy that is begun has a folder of its own, "copy-1", "copy-2", ...: the one before goes on
// answering until the next is complete.
constexpr std::string_view kPrefix = "copy-";

// More events than this, and than this part of the items, take longer than copying all anew.
constexpr std::size_t kMostEvents = 65'536;
constexpr std::size_t kMostPart = 2;

// The number of a copy's folder; 0 if it is none.
std::uint64_t number_of(const fs::path& folder) {
  const std::string name = folder.filename().string();
  if (!name.starts_with(kPrefix) || name.size() > kPrefix.size() + 18) return 0;
  const std::string_view digits = std::string_view(name).substr(kPrefix.size());
  if (digits.empty() || digits.find_first_not_of("0123456789") != std::string_view::npos) return 0;
  return std::stoull(std::string(digits));
}

void remove_folder(const fs::path& folder) noexcept {
  std::error_code ignored;  // it costs space, nothing else
  fs::remove_all(folder, ignored);
}

[[noreturn]] void fail(const fs::path& folder, const std::string& why, ErrorCode code) {
  throw Error(code, "can't keep a copy in " + folder.string() + ": " + why);
}

}  // namespace

struct ReplicaGallery::Folder {
  explicit Folder(const fs::path& wanted) : is_temporary(wanted.empty()) {
    std::error_code error;
    if (is_temporary) {
      std::string name = (fs::temp_directory_path() / "simdb-copy-XXXXXX").string();
      if (::mkdtemp(name.data()) == nullptr) {
        fail(name, std::generic_category().message(errno), ErrorCode::kIo);
      }
      path = name;
      return;
    }
    path = absolute_path(wanted);
    fs::create_directory(path, error);
    if (!fs::is_directory(path)) {
      fail(path, error ? error.message() : "it is no folder", ErrorCode::kIo);
    }
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() {
    if (is_temporary) remove_folder(path);
  }

  fs::path copy(std::uint64_t number) const {
    return path / (std::string(kPrefix) + std::to_string(number));
  }
  // The numbers of the copies, ascending.
  std::vector<std::uint64_t> numbers() const {
    std::vector<std::uint64_t> numbers;
    for (const fs::directory_entry& entry : fs::directory_iterator(path)) {
      const std::uint64_t number = number_of(entry.path());
      if (number == 0) {
        fail(path,
             "there is something else, '" + entry.path().filename().string() +
                 "'; choose another folder",
             ErrorCode::kUsage);
      }
      numbers.push_back(number);
    }
    std::ranges::sort(numbers);
    return numbers;
  }

  bool is_temporary;
  fs::path path;
};

struct ReplicaGallery::Copy {
  Copy(fs::path in, std::unique_ptr<EmbeddedGallery> made)
      : folder(std::move(in)), gallery(std::move(made)) {}
  Copy(const Copy&) = delete;
  Copy& operator=(const Copy&) = delete;
  // When nobody asks it any more.
  ~Copy() {
    gallery.reset();
    if (is_obsolete) remove_folder(folder);
  }

  const fs::path folder;
  std::unique_ptr<EmbeddedGallery> gallery;
  std::atomic<bool> is_obsolete = false;  // there is another one
};

ReplicaGallery::ReplicaGallery(std::shared_ptr<Gallery> original, ReplicaOptions options)
    : original_(std::move(original)),
      options_(std::move(options)),
      folder_(std::make_unique<const Folder>(options_.folder)) {
  if (!original_) throw Error(ErrorCode::kUsage, "can't copy no gallery");
  const std::lock_guard lock(pull_mutex_);
  original_->refresh();
  std::vector<std::uint64_t> numbers = folder_->numbers();
  if (!numbers.empty()) {
    number_ = numbers.back();
    copy_ = open_kept(folder_->copy(number_));
    if (copy_) numbers.pop_back();
    for (const std::uint64_t old : numbers) remove_folder(folder_->copy(old));
  }
  if (copy_) {
    take_over();
  } else {
    copy_anew();
  }
}

ReplicaGallery::~ReplicaGallery() = default;

std::shared_ptr<EmbeddedGallery> ReplicaGallery::copy() const {
  const std::lock_guard lock(copy_mutex_);
  return {copy_, copy_->gallery.get()};
}

// The copy in a folder, completed if need be; null if it is of no use.
std::shared_ptr<ReplicaGallery::Copy> ReplicaGallery::open_kept(const fs::path& folder) const {
  try {
    auto store = Store::open(store_path(folder), StoreMode::kReadWrite);
    if (store->encoder_fingerprint() != original_->encoder_fingerprint() ||
        store->dimension() != original_->dimension()) {
      return nullptr;
    }
    return complete(std::move(store), folder);
  } catch (const Error& error) {
    // A damaged copy, one that was just begun or one by a newer simdb: the original has all.
    if (error.code() == ErrorCode::kCorruption || error.code() == ErrorCode::kNotFound ||
        error.code() == ErrorCode::kBadInput) {
      return nullptr;
    }
    throw;
  }
}

std::shared_ptr<ReplicaGallery::Copy> ReplicaGallery::load(const fs::path& folder) const {
  fs::create_directory(folder);
  sync_folder(folder_->path);
  return complete(Store::create(store_path(folder), identity_of(*original_)), folder);
}

// Null if it can't be completed.
std::shared_ptr<ReplicaGallery::Copy> ReplicaGallery::complete(std::unique_ptr<Store> store,
                                                               const fs::path& folder) const {
  StoreCopyTarget target(*store);
  if (!copy_into(*original_, target, {.with_images = false, .check = options_.check})) {
    return nullptr;
  }
  return std::make_shared<Copy>(
      folder, std::make_unique<EmbeddedGallery>(std::move(store), folder, options_.make_index));
}

void ReplicaGallery::copy_anew() {
  std::shared_ptr<Copy> fresh;
  while (!fresh) {
    options_.check();
    const fs::path folder = folder_->copy(number_ + 1);
    remove_folder(folder);
    fresh = load(folder);  // null: what came meanwhile was forgotten
  }
  std::vector<float> any(dimension(), 0);
  any.front() = 1;
  fresh->gallery->search(any, 1);  // makes the index before it is asked
  ++number_;
  const std::lock_guard lock(copy_mutex_);
  if (copy_) copy_->is_obsolete = true;
  copy_ = std::move(fresh);
}

bool ReplicaGallery::take_over() {
  const std::shared_ptr<EmbeddedGallery> copy = this->copy();
  const std::uint64_t target = original_->changes();
  const auto mark = original_->change_mark(target);
  if (target == copy->changes() && mark && mark == copy->change_mark(target)) return false;
  const std::size_t most =
      std::max<std::size_t>(kMostEvents, to_number(copy->next_id()) / kMostPart);
  for (bool has_changed = false;; has_changed = true) {
    const ChangePoint at{copy->changes(), copy->change_mark(copy->changes()).value_or(0)};
    const auto changes = pull_changes(*original_, at, {.most = most});
    if (changes && changes->through == at) return has_changed;
    try {
      if (changes) copy->follow(*changes);
    } catch (const Error& error) {
      if (error.code() != ErrorCode::kCorruption) throw;
    }
    if (!changes || copy->changes() != changes->through.change) {
      copy_anew();
      return true;
    }
    if (changes->through.change >= target) return true;
  }
}

bool ReplicaGallery::refresh() {
  const std::lock_guard lock(pull_mutex_);
  original_->refresh();
  return take_over();
}

// The change was acknowledged: a failure here must not look as if it were not.
void ReplicaGallery::see_own() noexcept {
  try {
    const std::lock_guard lock(pull_mutex_);
    take_over();
  } catch (const std::exception&) {  // NOLINT(bugprone-empty-catch): refresh() will say it
  }
}

std::vector<AddedItem> ReplicaGallery::add(std::span<const NewItem> items,
                                           const EmbeddingBatch& embeddings) {
  auto added = original_->add(items, embeddings);
  see_own();
  return added;
}

std::size_t ReplicaGallery::remove(std::span<const ItemId> ids) {
  const std::size_t removed = original_->remove(ids);
  see_own();
  return removed;
}

std::size_t ReplicaGallery::remove_class(std::string_view class_name) {
  const std::size_t removed = original_->remove_class(class_name);
  see_own();
  return removed;
}

std::size_t ReplicaGallery::update(std::span<const ItemId> ids, const ItemChange& change) {
  const std::size_t found = original_->update(ids, change);
  see_own();
  return found;
}

std::size_t ReplicaGallery::rename_class(std::string_view from, std::string_view to) {
  const std::size_t renamed = original_->rename_class(from, to);
  see_own();
  return renamed;
}

void ReplicaGallery::set_setting(std::string_view name, std::string_view value) {
  original_->set_setting(name, value);
  see_own();
}

// Else its numbers may mean other changes.
bool ReplicaGallery::is_at(const EmbeddedGallery& copy) const {
  const std::uint64_t change = copy.changes();
  const auto mark = copy.change_mark(change);
  return mark && mark == original_->change_mark(change);
}

std::optional<ItemHistory> ReplicaGallery::changes_since(std::uint64_t change,
                                                         std::size_t limit) const {
  const auto copy = this->copy();
  if (auto history = copy->changes_since(change, limit)) return history;
  const std::uint64_t last = copy->changes();
  if (change > last || !is_at(*copy)) return std::nullopt;
  auto history = original_->changes_since(change, limit);
  if (!history) return std::nullopt;
  const auto later = std::ranges::upper_bound(history->events, last, {}, &ItemEvent::change);
  history->events.erase(later, history->events.end());
  history->through = std::min(history->through, last);
  return history;
}

std::optional<std::uint64_t> ReplicaGallery::change_mark(std::uint64_t change) const {
  const auto copy = this->copy();
  if (auto mark = copy->change_mark(change)) return mark;
  if (change > copy->changes() || !is_at(*copy)) return std::nullopt;
  return original_->change_mark(change);
}

std::vector<std::string> ReplicaGallery::verify() const {
  std::vector<std::string> problems = copy()->verify();
  for (std::string& problem : original_->verify()) problems.push_back(std::move(problem));
  return problems;
}

}  // namespace simdb
