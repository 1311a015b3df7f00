#include <boost/program_options/value_semantic.hpp>
#include <ostream>

#include "cli/args.h"
#include "cli/commands/commands.h"
#include "cli/render.h"
#include "cli/sample_shapes.h"
#include "simdb/error.h"

namespace simdb::cli {
namespace po = boost::program_options;
namespace {

ClassBy parse_class_by(const std::string& word) {
  if (word == "color") return ClassBy::kColor;
  if (word == "shape") return ClassBy::kShape;
  if (word == "both") return ClassBy::kBoth;
  throw Error(ErrorCode::kUsage,
              "--class-by takes color, shape or both, not '" + printable(word) + "'");
}

}  // namespace

int run_sample_data(std::span<const std::string> args, Console& console) {
  ArgumentParser parser(
      "sample-data DIR",
      "Draws circles, rectangles and triangles of random size, position and rotation as small PNG\n"
      "images, DIR/CLASS/SHAPE_COLOR_N.png. The same seed draws the same images everywhere.");
  parser.options().add_options()(
      "colors", po::value<std::size_t>()->default_value(3)->value_name("N"), "number of colors");
  parser.options().add_options()("count",
                                 po::value<std::size_t>()->default_value(20)->value_name("N"),
                                 "images of each shape in each color");
  parser.options().add_options()(
      "class-by", po::value<std::string>()->default_value("color")->value_name("WHAT"),
      "what a class is: color|shape|both");
  parser.options().add_options()("size", po::value<int>()->default_value(28)->value_name("PIXELS"),
                                 "width and height");
  parser.options().add_options()(
      "seed", po::value<std::uint64_t>()->default_value(1)->value_name("N"), "random seed");
  if (!parser.parse(args, console, 1, 1)) return 0;
  const std::string& folder = parser.positional()[0];
  if (folder.empty()) throw Error(ErrorCode::kUsage, "sample-data needs the name of a folder");
  const SampleOptions options{.colors = parser.get<std::size_t>("colors"),
                              .count = parser.get<std::size_t>("count"),
                              .class_by = parse_class_by(parser.get<std::string>("class-by")),
                              .size = parser.get<int>("size"),
                              .seed = parser.get<std::uint64_t>("seed")};
  const std::size_t written = write_sample_tree(folder, options);
  console.out << "drew " << count_of(written, "image", "images") << " in " << printable(folder)
              << '\n';
  return 0;
}

}  // namespace simdb::cli
