#include "pipeline/formats/vector_reader.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <cstdint>
#include <utility>

#include "simdb/error.h"

namespace simdb {
namespace {

// More than 4,096 numbers take, in any spelling that programs write.
constexpr std::size_t kMaxLineBytes = std::size_t{1} << 20;

}  // namespace

VectorReader::VectorReader(std::istream& in, std::string name, std::size_t dimension)
    : in_(in), name_(std::move(name)), dimension_(dimension) {
  if (!name_.ends_with(".npy")) return;
  array_.emplace(in_, name_);
  if (array_->columns() != dimension_) {
    throw Error(ErrorCode::kBadInput,
                fmt::format("can't use {}: its rows have {} numbers, those of the database {}",
                            name_, array_->columns(), dimension_));
  }
}

std::string VectorReader::row_name() const {
  return fmt::format("{}:{}", name_, rows_ == 0 ? 0 : rows_ - 1);
}

void VectorReader::refuse(const std::string& why) const {
  throw Error(ErrorCode::kBadInput, row_name() + ": " + why);
}

void VectorReader::require_dimension(std::size_t found) const {
  if (found == dimension_) return;
  refuse(fmt::format("it has {} numbers, those of the database have {}", found, dimension_));
}

bool VectorReader::next(std::vector<float>& values) {
  if (ended_) return false;
  values.resize(dimension_);
  const bool found = array_                      ? next_of_npy(*array_, values)
                     : name_.ends_with(".fvecs") ? next_of_fvecs(values)
                                                 : next_of_lines(values);
  if (in_.bad()) throw Error(ErrorCode::kIo, "can't read " + name_ + " to its end");
  return found;
}

bool VectorReader::next_of_npy(NpyReader& array, std::vector<float>& values) {
  ended_ = true;  // unless all goes well
  if (!array.next(values)) return false;
  ended_ = false;
  ++rows_;
  return true;
}

bool VectorReader::next_of_fvecs(std::vector<float>& values) {
  std::uint32_t count = 0;
  in_.read(reinterpret_cast<char*>(&count), sizeof count);
  if (in_.gcount() == 0) return false;
  ++rows_;
  ended_ = true;  // unless all goes well
  if (!in_) refuse("the file ends within it");
  require_dimension(count);
  if (!in_.read(reinterpret_cast<char*>(values.data()),
                static_cast<std::streamsize>(count * sizeof(float)))) {
    refuse("the file ends within it");
  }
  ended_ = false;
  return true;
}

// Whether it is a vector.
bool VectorReader::read_line(std::string_view line, std::vector<float>& values) {
  try {
    const simdjson::dom::element json = json_.read(line);
    simdjson::dom::element vector = json;
    if (json.is_object() && json["vector"].get(vector) != simdjson::SUCCESS) return false;
    return read_numbers(vector, values);
  } catch (const Error&) {
    return false;
  }
}

bool VectorReader::next_of_lines(std::vector<float>& values) {
  line_.resize(kMaxLineBytes);
  std::string_view text;
  do {
    in_.getline(line_.data(), static_cast<std::streamsize>(line_.size()));
    const auto read = static_cast<std::size_t>(in_.gcount());
    if (in_.fail() && read + 1 == line_.size()) {
      ++rows_;
      ended_ = true;
      refuse("the line has 1 MB or more");
    }
    if (read == 0) return false;
    text = {line_.data(), read - (in_.eof() ? 0 : 1)};  // without what ends the line
  } while (text.find_first_not_of(" \t\r") == std::string_view::npos);
  ++rows_;
  if (!read_line(text, values)) {
    refuse(
        "it is no JSON array of numbers; files of NumPy need a name that ends in .npy, others a "
        "name that ends in .fvecs");
  }
  require_dimension(values.size());
  return true;
}

}  // namespace simdb
