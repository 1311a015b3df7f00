#pragma once

#include <string>
#include <type_traits>

namespace simdb {

/// A library that is loaded when it is wanted, not with the program, and stays then. Where anything
/// is missing, what was asked for is left as it is and is_complete() says no.
class SharedLibrary {
 public:
  /// `name` as the loader looks for it: "libtiff.so.6".
  explicit SharedLibrary(const char* name);

  /// Sets a pointer to the function of this name.
  template <typename Function>
  void load(Function*& function, const char* name) {
    function = reinterpret_cast<Function*>(find(name));
  }
  /// Whether the library and all functions are there.
  bool is_complete() const noexcept { return problem_.empty(); }
  /// What is not, in the loader's words.
  const std::string& problem() const noexcept { return problem_; }

 private:
  void* find(const char* name);

  void* file_;
  std::string problem_;
};

}  // namespace simdb
