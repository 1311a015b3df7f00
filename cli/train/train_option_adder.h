#pragma once

#include <boost/program_options/options_description.hpp>
#include <boost/program_options/value_semantic.hpp>
#include <span>

#include "cli/train_options.h"

namespace simdb::cli {

/// Adds options as cli/train_options.h explains them.
class TrainOptionAdder {
 public:
  /// Keeps a reference to `options`, and `table`.
  explicit TrainOptionAdder(boost::program_options::options_description& options,
                            std::span<const TrainOption> table = train_options())
      : options_(options), table_(table) {}

  /// `name` as in the table; takes over `value`, as Boost does.
  template <typename T>
  void operator()(const char* name, boost::program_options::typed_value<T>* value) {
    const TrainOption& option = train_option(table_, name);
    if (option.value_name != nullptr) value->value_name(option.value_name);
    options_.add_options()(option.name, value, option.text);
  }

 private:
  boost::program_options::options_description& options_;
  std::span<const TrainOption> table_;
};

}  // namespace simdb::cli
