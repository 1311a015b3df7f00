#include "core/mapped_file.h"

#include <sys/mman.h>

#include "core/file_descriptor_internal.h"
#include "simdb/error.h"

namespace simdb {

MappedFile::MappedFile(std::filesystem::path path) : path_(std::move(path)) {
  const RegularFile file(path_);
  if (file.size() == 0) return;  // nothing to map
  void* const memory = ::mmap(nullptr, file.size(), PROT_READ, MAP_PRIVATE, file.descriptor(), 0);
  if (memory == MAP_FAILED) {
    throw Error(ErrorCode::kIo, "can't map " + path_.string() + ": " + system_reason());
  }
  bytes_ = {static_cast<const std::byte*>(memory), file.size()};
}

MappedFile::~MappedFile() {
  if (!bytes_.empty()) ::munmap(const_cast<std::byte*>(bytes_.data()), bytes_.size());
}

}  // namespace simdb
