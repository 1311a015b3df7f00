#include "tests/support/fault_disk.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <fstream>

namespace simdb::test {

namespace fs = std::filesystem;

namespace {

std::string folder_of(const std::string& path) { return fs::path(path).parent_path().string(); }
std::string file_of(const std::string& path) { return fs::path(path).filename().string(); }

// RocksDB writes some folders with a slash at the end.
std::string plain(std::string path) {
  while (path.size() > 1 && path.back() == '/') path.pop_back();
  return path;
}

void overwrite(const std::string& path, std::uint64_t at, const std::string& bytes) {
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(static_cast<std::streamoff>(at));
  file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

void flip_byte(const std::string& path, std::uint64_t at) {
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  file.seekg(static_cast<std::streamoff>(at));
  const auto byte = static_cast<char>(file.get() ^ 0x55);
  file.seekp(static_cast<std::streamoff>(at));
  file.put(byte);
}

}  // namespace

FaultDisk::FaultDisk(fs::path trash, std::uint64_t seed) : trash_(std::move(trash)), random_(seed) {
  fs::create_directories(trash_);
}

void FaultDisk::fail_at(std::uint64_t n, int error, bool for_good) {
  const std::lock_guard lock(mutex_);
  operations_ = 0;
  fail_at_ = n;
  error_ = error;
  for_good_ = for_good;
  power_fails_ = false;
  has_failed_ = false;
}

void FaultDisk::power_off_at(std::uint64_t n) {
  fail_at(n, EIO, true);
  const std::lock_guard lock(mutex_);
  power_fails_ = true;
}

void FaultDisk::power_off() {
  const std::lock_guard lock(mutex_);
  off_ = true;
}

void FaultDisk::limit_space(std::uint64_t bytes) {
  const std::lock_guard lock(mutex_);
  space_ = bytes;
  operations_ = 0;
  has_failed_ = false;
}

void FaultDisk::lie_about_syncs(bool lie) {
  const std::lock_guard lock(mutex_);
  lies_ = lie;
}

void FaultDisk::count_reads(bool count) {
  const std::lock_guard lock(mutex_);
  count_reads_ = count;
}

void FaultDisk::heal() {
  const std::lock_guard lock(mutex_);
  operations_ = 0;
  fail_at_ = 0;
  power_fails_ = false;
  has_failed_ = false;
  space_ = UINT64_MAX;
}

std::uint64_t FaultDisk::operations() const {
  const std::lock_guard lock(mutex_);
  return operations_;
}

bool FaultDisk::has_failed() const {
  const std::lock_guard lock(mutex_);
  return has_failed_;
}

bool FaultDisk::is_off() const {
  const std::lock_guard lock(mutex_);
  return off_;
}

std::string FaultDisk::failed_operation() const {
  const std::lock_guard lock(mutex_);
  return failed_operation_;
}

int FaultDisk::begin(const std::string& what) {
  if (off_) return EIO;
  ++operations_;
  if (fail_at_ == 0 || operations_ < fail_at_ || (operations_ > fail_at_ && !for_good_)) return 0;
  has_failed_ = true;
  failed_operation_ = what;
  if (power_fails_) off_ = true;
  return error_;
}

std::string FaultDisk::put_into_trash(const std::string& path) {
  if (!fs::exists(path)) return "";
  const std::string kept = (trash_ / std::to_string(next_trash_++)).string();
  fs::create_hard_link(path, kept);  // the name stays until it is replaced: readers see no gap
  return kept;
}

void FaultDisk::forget_node(const std::string& path, const std::string& kept_as) {
  const auto node = nodes_.find(path);
  if (node == nodes_.end()) return;
  nodes_[kept_as] = node->second;
  nodes_.erase(node);
}

int FaultDisk::create(const std::string& path, std::shared_ptr<Node>& node, const Real& real) {
  const std::lock_guard lock(mutex_);
  if (const int error = begin("create " + file_of(path))) return error;
  const std::string kept = put_into_trash(path);
  if (!kept.empty()) {
    forget_node(path, kept);
    fs::remove(path);
  }
  if (const int error = real()) return error;
  node = std::make_shared<Node>();
  node->path = path;
  nodes_[path] = node;
  journal_.push_back({Change::kCreated, path, "", kept});
  return 0;
}

int FaultDisk::reopen(const std::string& path, std::shared_ptr<Node>& node, const Real& real) {
  const std::lock_guard lock(mutex_);
  if (const int error = begin("open " + file_of(path))) return error;
  if (const int error = real()) return error;
  auto& known = nodes_[path];
  if (!known) {
    known = std::make_shared<Node>();
    known->path = path;
    known->size = known->synced = fs::file_size(path);
  }
  node = known;
  return 0;
}

int FaultDisk::append(Node& node, std::size_t bytes, const std::function<int(std::size_t)>& real) {
  const std::lock_guard lock(mutex_);
  int error = begin("append to " + file_of(node.path));
  if (off_) return error;
  std::size_t taken = bytes;
  if (error != 0) {
    taken = random_() % (bytes + 1);
  } else if (bytes > space_) {
    taken = static_cast<std::size_t>(space_);
    error = ENOSPC;
    has_failed_ = true;
    failed_operation_ = "append to " + file_of(node.path);
  }
  if (taken > 0) {
    if (const int failure = real(taken)) return failure;
    node.size += taken;
    if (space_ != UINT64_MAX) space_ -= taken;
  }
  return error;
}

int FaultDisk::sync(Node& node, const Real& real) {
  const std::lock_guard lock(mutex_);
  if (const int error = begin("sync " + file_of(node.path))) {
    if (node.size > node.synced) node.dropped.emplace_back(node.synced, node.size);
    return error;
  }
  if (const int error = real()) return error;
  if (!lies_) node.synced = node.size;
  return 0;
}

int FaultDisk::close(Node& node, const Real& real) {
  const std::lock_guard lock(mutex_);
  const int error = begin("close " + file_of(node.path));
  const int failure = real();  // the descriptor must not stay open
  return error != 0 ? error : failure;
}

int FaultDisk::truncate(Node& node, std::uint64_t size, const Real& real) {
  const std::lock_guard lock(mutex_);
  if (const int error = begin("truncate " + file_of(node.path))) return error;
  if (const int error = real()) return error;
  node.size = size;
  node.synced = std::min(node.synced, size);
  return 0;
}

int FaultDisk::rename(const std::string& from, const std::string& to) {
  const std::lock_guard lock(mutex_);
  if (const int error = begin("rename " + file_of(from))) return error;
  const std::string kept = put_into_trash(to);
  if (!kept.empty()) forget_node(to, kept);
  if (std::rename(from.c_str(), to.c_str()) != 0) return errno;
  forget_node(from, to);
  journal_.push_back({Change::kRenamed, to, from, kept});
  return 0;
}

int FaultDisk::remove(const std::string& path) {
  const std::lock_guard lock(mutex_);
  if (const int error = begin("remove " + file_of(path))) return error;
  const std::string kept = put_into_trash(path);
  if (kept.empty()) return ENOENT;
  forget_node(path, kept);
  fs::remove(path);
  journal_.push_back({Change::kRemoved, path, "", kept});
  return 0;
}

int FaultDisk::sync_folder(const std::string& path, const Real& real) {
  const std::lock_guard lock(mutex_);
  if (const int error = begin("sync the folder " + file_of(plain(path)))) return error;
  if (const int error = real()) return error;
  if (lies_) return 0;
  std::erase_if(journal_, [&](const Entry& entry) {
    if (folder_of(entry.path) != plain(path)) return false;
    if (!entry.trash.empty()) {
      nodes_.erase(entry.trash);
      fs::remove(entry.trash);
    }
    return true;
  });
  return 0;
}

int FaultDisk::look(const std::string& what, const Real& real) {
  const std::lock_guard lock(mutex_);
  if (count_reads_ || off_) {
    if (const int error = begin(what)) return error;
  }
  return real();
}

void FaultDisk::undo(const Entry& entry) {
  std::error_code ignored;
  if (entry.change == Change::kRenamed) {
    fs::rename(entry.path, entry.from, ignored);
    forget_node(entry.path, entry.from);
  } else {
    fs::remove(entry.path, ignored);
    nodes_.erase(entry.path);
  }
  if (entry.trash.empty()) return;
  fs::rename(entry.trash, entry.path, ignored);
  forget_node(entry.trash, entry.path);
}

void FaultDisk::settle(const std::string& path, const Node& node, Tail tail) {
  std::error_code error;
  const std::uint64_t size = fs::file_size(path, error);
  if (error) return;  // removed behind our back
  for (const auto& [from, to] : node.dropped) {
    const std::uint64_t end = std::min({to, size, node.synced});
    if (from < end) overwrite(path, from, std::string(end - from, '\0'));
  }
  const std::uint64_t synced = std::min(node.synced, size);
  const std::uint64_t unsynced = size - synced;
  if (unsynced == 0) return;
  const std::uint64_t kept = tail == Tail::kNothing ? 0 : random_() % (unsynced + 1);
  fs::resize_file(path, synced + kept);
  if (tail == Tail::kPrefixZeros) fs::resize_file(path, synced + kept + random_() % 4096);
  if (tail == Tail::kPrefixDamaged && kept > 0) flip_byte(path, synced + random_() % kept);
}

void FaultDisk::power_on(Tail tail) {
  const std::lock_guard lock(mutex_);
  // A journal keeps its order: of each folder, some of the first changes are there.
  std::map<std::string, std::size_t> waiting;
  for (const Entry& entry : journal_) ++waiting[folder_of(entry.path)];
  std::map<std::string, std::size_t> to_undo;
  for (const auto& [folder, count] : waiting) {
    to_undo[folder] = tail == Tail::kNothing ? count : random_() % (count + 1);
  }
  for (auto entry = journal_.rbegin(); entry != journal_.rend(); ++entry) {
    if (to_undo[folder_of(entry->path)] == 0) continue;
    --to_undo[folder_of(entry->path)];
    undo(*entry);
  }
  for (const auto& [path, node] : nodes_) {
    if (folder_of(path) != trash_) settle(path, *node, tail);
  }
  for (const auto& left : fs::directory_iterator(trash_)) fs::remove(left.path());
  journal_.clear();
  nodes_.clear();
  operations_ = 0;
  fail_at_ = 0;
  power_fails_ = off_ = has_failed_ = false;
  space_ = UINT64_MAX;
}

}  // namespace simdb::test
