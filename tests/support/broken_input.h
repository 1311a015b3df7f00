#pragma once

#include <stdexcept>
#include <streambuf>
#include <string>
#include <utility>

namespace simdb::test {

/// A stream's text that ends in an error of the system instead of the end, as a disk's may.
class BrokenInput final : public std::streambuf {
 public:
  explicit BrokenInput(std::string text) : text_(std::move(text)) {
    setg(text_.data(), text_.data(), text_.data() + text_.size());
  }

 private:
  int underflow() override { throw std::runtime_error("input/output error"); }

  std::string text_;
};

}  // namespace simdb::test
