#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace simdb::test {

/// What a power loss leaves of the bytes that were appended and not synced.
enum class Tail {
  kNothing,
  kPrefix,         ///< a random part
  kPrefixZeros,    ///< the same, then zeros
  kPrefixDamaged,  ///< the same, with one byte wrong
};

/// A disk with a cache that forgets, on top of real files: the model behind FaultFs and FaultFiles.
///
/// Bytes are on the disk once their file was synced, and a name (a file created, renamed, removed)
/// once its folder was. Everything else can be taken back by a power loss. Operations are counted,
/// and one of them, or all from one on, can be made to fail. Files that were there before are on
/// the disk. Thread-safe.
class FaultDisk {
 public:
  /// `trash` is a folder on the same file system, outside of all that is tested: what was removed
  /// and may come back.
  FaultDisk(std::filesystem::path trash, std::uint64_t seed);
  FaultDisk(const FaultDisk&) = delete;
  FaultDisk& operator=(const FaultDisk&) = delete;

  // --- Faults.

  /// Lets operation number `n` from now (1 = the next) fail with `error`, an errno; and all after
  /// it if `for_good`. An append that fails has written a part.
  void fail_at(std::uint64_t n, int error, bool for_good);
  /// The same, only that the power fails.
  void power_off_at(std::uint64_t n);
  void power_off();
  /// Lets appends fail with ENOSPC after `bytes` more.
  void limit_space(std::uint64_t bytes);
  /// A disk that says that it has synced, and has not: with it, tests must see losses.
  void lie_about_syncs(bool lie);
  /// Whether reads are operations that count and fail. They are, to begin with.
  void count_reads(bool count);
  /// No faults from now on; the power is not brought back.
  void heal();

  /// Since the last call of the above.
  std::uint64_t operations() const;
  bool has_failed() const;
  bool is_off() const;
  /// The last operation that failed, e.g. "sync 000012.log".
  std::string failed_operation() const;

  /// After a power loss: leaves on the real file system what the disk holds, and works again. No
  /// file may be open.
  void power_on(Tail tail);

  // --- Operations; 0 or an errno. `real` does the work on the real file system.

  struct Node;  ///< a file, whatever its name
  using Real = std::function<int()>;

  int create(const std::string& path, std::shared_ptr<Node>& node, const Real& real);
  /// A file that is there, to append to.
  int reopen(const std::string& path, std::shared_ptr<Node>& node, const Real& real);
  /// `real(n)` appends the first n bytes.
  int append(Node& node, std::size_t bytes, const std::function<int(std::size_t)>& real);
  int sync(Node& node, const Real& real);
  int close(Node& node, const Real& real);
  int truncate(Node& node, std::uint64_t size, const Real& real);
  int rename(const std::string& from, const std::string& to);
  int remove(const std::string& path);
  int sync_folder(const std::string& path, const Real& real);
  /// Reads and everything else that changes nothing.
  int look(const std::string& what, const Real& real);

  struct Node {
    std::string path;  ///< as it was opened, for messages
    std::uint64_t size = 0;
    std::uint64_t synced = 0;
    /// A sync of these failed: the system may have dropped them and reports the next sync as good.
    std::vector<std::pair<std::uint64_t, std::uint64_t>> dropped;
  };

 private:
  enum class Change { kCreated, kRemoved, kRenamed };
  struct Entry {
    Change change;
    std::string path;   // for kRenamed the new name
    std::string from;   // kRenamed
    std::string trash;  // what was there, if anything
  };

  // Counts; an errno if the operation must fail. Needs mutex_.
  int begin(const std::string& what);
  std::string put_into_trash(const std::string& path);
  void forget_node(const std::string& path, const std::string& kept_as);
  void undo(const Entry& entry);
  void settle(const std::string& path, const Node& node, Tail tail);

  mutable std::mutex mutex_;
  const std::filesystem::path trash_;
  std::mt19937_64 random_;
  std::map<std::string, std::shared_ptr<Node>> nodes_;  // by name, trash included
  std::vector<Entry> journal_;                          // not durable yet
  std::uint64_t next_trash_ = 0;
  std::uint64_t operations_ = 0;
  std::uint64_t fail_at_ = 0;  // 0: never
  int error_ = 0;
  bool for_good_ = false;
  bool power_fails_ = false;
  bool lies_ = false;
  bool count_reads_ = true;
  bool off_ = false;
  std::uint64_t space_ = UINT64_MAX;
  bool has_failed_ = false;
  std::string failed_operation_;
};

}  // namespace simdb::test
