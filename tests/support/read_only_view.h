#pragma once

#include <filesystem>

namespace simdb::test {

/// While it lives, nothing below `folder` can be changed. Root is not bound by permission bits and
/// gets a read-only mount that only this thread and those it starts can see.
class ReadOnlyView {
 public:
  explicit ReadOnlyView(std::filesystem::path folder);
  ReadOnlyView(const ReadOnlyView&) = delete;
  ReadOnlyView& operator=(const ReadOnlyView&) = delete;
  ~ReadOnlyView();

  /// False where the system lets neither way work; the test has to skip then.
  bool works() const noexcept { return works_; }

 private:
  void set_writable(bool writable) const;

  std::filesystem::path folder_;
  bool mounted_ = false;
  bool works_ = false;
};

}  // namespace simdb::test
