#include "core/shared_library.h"

#include <dlfcn.h>

namespace simdb {
namespace {

std::string last_problem() {
  const char* const problem = ::dlerror();
  return problem == nullptr ? "it is not there" : problem;
}

}  // namespace

SharedLibrary::SharedLibrary(const char* name) : file_(::dlopen(name, RTLD_NOW | RTLD_LOCAL)) {
  if (file_ == nullptr) problem_ = last_problem();
}

void* SharedLibrary::find(const char* name) {
  if (file_ == nullptr) return nullptr;
  void* const found = ::dlsym(file_, name);
  if (found == nullptr && problem_.empty()) problem_ = last_problem();
  return found;
}

}  // namespace simdb
