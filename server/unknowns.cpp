#include "server/unknowns.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <fstream>
#include <nlohmann/json.hpp>
#include <system_error>
#include <utility>

#include "core/file_io.h"
#include "database/layout.h"
#include "simdb/error.h"

namespace simdb::server {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

constexpr std::string_view kEnding = ".unknown";
constexpr std::string_view kMagic = "simdb-unknown 1 ";
constexpr std::size_t kFirstLine = kMagic.size() + 64 + 1 + 8 + 1;  // digest and length of the head
constexpr std::size_t kMostHead = 1UL << 20;

Sha256 digest_of(std::string_view text) { return sha256(std::as_bytes(std::span(text))); }

// The id in the name of a file.
std::optional<std::uint64_t> id_in(const std::string& name) {
  std::uint64_t id = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), id);
  if (error != std::errc() || std::string_view(end) != kEnding) return std::nullopt;
  return id;
}

[[noreturn]] void damaged(const fs::path& file, const std::string& why) {
  throw Error(ErrorCode::kCorruption, "the picture " + file.string() + " is damaged: " + why);
}

std::string head_of(const Unknown& picture, const std::string& fingerprint) {
  const std::span<const float> vector =
      picture.embedding ? picture.embedding->values() : std::span<const float>();
  const Json json = {{"time", picture.time},
                     {"width", picture.width},
                     {"height", picture.height},
                     {"bytes", picture.bytes},
                     {"digest", to_hex(picture.digest)},
                     {"encoder", fingerprint},
                     {"vector", std::vector<float>(vector.begin(), vector.end())}};
  return json.dump() + '\n';
}

// The head of a file, whose checksum is right.
std::string read_checked_head(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::string first(kFirstLine, '\0');
  if (!in.read(first.data(), static_cast<std::streamsize>(first.size())) ||
      !first.starts_with(kMagic) || !first.ends_with('\n')) {
    damaged(file, "it does not begin as such a file does");
  }
  const char* const length = first.data() + kMagic.size() + 65;
  std::size_t size = 0;
  if (std::from_chars(length, length + 8, size, 16).ptr != length + 8 || size > kMostHead) {
    damaged(file, "the length of its head is wrong");
  }
  std::string head(size, '\0');
  if (!in.read(head.data(), static_cast<std::streamsize>(size)) ||
      first.compare(kMagic.size(), 64, to_hex(digest_of(head))) != 0) {
    damaged(file, "the checksum of its head is wrong");
  }
  return head;
}

}  // namespace

Unknowns::Unknowns(const fs::path& database, std::string fingerprint, bool read_only,
                   std::function<void(std::size_t)> changed, UnknownLimits limits)
    : folder_(database / kUnknownsFolder),
      fingerprint_(std::move(fingerprint)),
      read_only_(read_only),
      changed_(std::move(changed)),
      limits_(limits) {
  reload();
}

fs::path Unknowns::path_of(std::uint64_t id) const {
  return folder_ / (std::to_string(id) + std::string(kEnding));
}

void Unknowns::write(const Unknown& picture, std::span<const std::byte> file) const {
  const std::string head = head_of(picture, fingerprint_);
  AtomicFile out(path_of(picture.id));
  const std::string first =
      fmt::format("{}{} {:08x}\n", kMagic, to_hex(digest_of(head)), head.size());
  out.write(std::as_bytes(std::span(first)));
  out.write(std::as_bytes(std::span(head)));
  out.write(file);
  out.commit();
}

Unknown Unknowns::read_head(const fs::path& file, std::uint64_t id) const {
  const std::string head = read_checked_head(file);
  try {
    const Json json = Json::parse(head);
    Unknown picture{.id = id,
                    .time = json.at("time"),
                    .width = json.at("width"),
                    .height = json.at("height"),
                    .bytes = json.at("bytes"),
                    .digest = sha256_from_hex(json.at("digest").get<std::string>())};
    if (fs::file_size(file) != kFirstLine + head.size() + picture.bytes) {
      damaged(file, "it has another length than its head says");
    }
    if (json.at("encoder") == fingerprint_) {
      picture.embedding = Embedding::from_unit(json.at("vector").get<std::vector<float>>());
    }
    return picture;
  } catch (const Json::exception& error) {
    damaged(file, error.what());
  }
}

void Unknowns::keep(Unknown picture, std::span<const std::byte> file) {
  picture.bytes = file.size();
  if (picture.bytes > limits_.bytes) return;
  const std::lock_guard change(change_mutex_);
  std::size_t before = 0;
  {
    const std::lock_guard lock(mutex_);
    const auto same = [&](const auto& entry) { return entry.second.digest == picture.digest; };
    if (std::ranges::any_of(entries_, same)) return;
    using std::chrono::duration_cast;
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    picture.time = duration_cast<std::chrono::milliseconds>(now).count();
    // By the clock, so that the id of one that is gone is not used again after a restart either.
    picture.id = static_cast<std::uint64_t>(picture.time);
    if (!entries_.empty()) picture.id = std::max(picture.id, entries_.rbegin()->first + 1);
    before = entries_.size();
  }
  std::error_code error;
  fs::create_directory(folder_, error);
  if (error) {
    throw Error(ErrorCode::kIo,
                "can't make the folder " + folder_.string() + ": " + error.message());
  }
  write(picture, file);
  std::vector<std::uint64_t> old;
  {
    const std::lock_guard lock(mutex_);
    entries_.emplace(picture.id, std::move(picture));
    old = superfluous();
    for (const std::uint64_t id : old) entries_.erase(id);
  }
  for (const std::uint64_t id : old) fs::remove(path_of(id), error);
  tell(before);
}

std::vector<std::uint64_t> Unknowns::superfluous() const {
  std::vector<std::uint64_t> ids;
  std::uint64_t bytes = 0;
  std::size_t pictures = 0;
  for (auto entry = entries_.rbegin(); entry != entries_.rend(); ++entry) {
    bytes += entry->second.bytes;
    if (++pictures > limits_.pictures || bytes > limits_.bytes) ids.push_back(entry->first);
  }
  return ids;
}

std::vector<Unknown> Unknowns::page(std::uint64_t after, std::size_t limit) const {
  const std::lock_guard lock(mutex_);
  std::vector<Unknown> page;
  for (auto entry = entries_.upper_bound(after); entry != entries_.end() && page.size() < limit;
       ++entry) {
    page.push_back(entry->second);
  }
  return page;
}

std::optional<Unknown> Unknowns::find(std::uint64_t id) const {
  const std::lock_guard lock(mutex_);
  const auto entry = entries_.find(id);
  return entry == entries_.end() ? std::nullopt : std::optional(entry->second);
}

std::size_t Unknowns::size() const {
  const std::lock_guard lock(mutex_);
  return entries_.size();
}

std::vector<std::byte> Unknowns::image(std::uint64_t id) const {
  const auto picture = find(id);
  if (!picture) {
    throw Error(ErrorCode::kNotFound, fmt::format("there is no waiting picture {}", id));
  }
  const fs::path path = path_of(id);
  std::vector<std::byte> bytes = read_file(path, kFirstLine + kMostHead + picture->bytes);
  if (bytes.size() < picture->bytes) damaged(path, "it is too short");
  bytes.erase(bytes.begin(), bytes.end() - static_cast<std::ptrdiff_t>(picture->bytes));
  if (sha256(bytes) != picture->digest) damaged(path, "the picture is another one");
  return bytes;
}

void Unknowns::set_embedding(std::uint64_t id, const Embedding& embedding) {
  const std::lock_guard change(change_mutex_);
  auto picture = find(id);
  if (!picture) return;
  picture->embedding = embedding;
  if (!read_only_) write(*picture, image(id));
  const std::lock_guard lock(mutex_);
  entries_[id] = *std::move(picture);
}

std::size_t Unknowns::forget(std::span<const std::uint64_t> ids) {
  const std::lock_guard change(change_mutex_);
  const std::size_t before = size();
  std::size_t count = 0;
  for (const std::uint64_t id : ids) {
    if (!find(id)) continue;
    std::error_code error;
    fs::remove(path_of(id), error);
    if (error) {
      throw Error(ErrorCode::kIo, "can't remove " + path_of(id).string() + ": " + error.message());
    }
    const std::lock_guard lock(mutex_);
    entries_.erase(id);
    ++count;
  }
  tell(before);
  return count;
}

std::size_t Unknowns::forget(const Sha256& digest) {
  std::vector<std::uint64_t> ids;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [id, picture] : entries_) {
      if (picture.digest == digest) ids.push_back(id);
    }
  }
  return ids.empty() ? 0 : forget(ids);
}

void Unknowns::reload() {
  const std::lock_guard change(change_mutex_);
  std::map<std::uint64_t, Unknown> found;
  std::vector<std::string> problems;
  std::error_code error;
  for (auto at = fs::directory_iterator(folder_, error); !error && at != fs::directory_iterator();
       at.increment(error)) {
    const fs::path path = at->path();
    std::error_code ignored;
    if (!at->is_regular_file(ignored)) continue;
    const auto id = id_in(path.filename().string());
    if (!id) {
      // What a crash has left of one that was being written.
      const bool is_rest = path.filename().string().find(".tmp.") != std::string::npos;
      if (is_rest && !read_only_) fs::remove(path, ignored);
      continue;
    }
    if (auto known = find(*id)) {
      found.emplace(*id, *std::move(known));
      continue;
    }
    try {
      found.emplace(*id, read_head(path, *id));
    } catch (const std::exception& failure) {
      if (fs::exists(path, ignored)) problems.emplace_back(failure.what());
    }
  }
  const std::size_t before = size();
  {
    const std::lock_guard lock(mutex_);
    entries_ = std::move(found);
    problems_ = std::move(problems);
  }
  tell(before);
}

std::vector<std::string> Unknowns::problems() const {
  const std::lock_guard lock(mutex_);
  return problems_;
}

void Unknowns::tell(std::size_t before) const {
  const std::size_t now = size();
  if (now != before && changed_) changed_(now);
}

}  // namespace simdb::server
