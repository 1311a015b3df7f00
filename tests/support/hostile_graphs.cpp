#include "tests/support/hostile_graphs.h"

#include <cstdint>
#include <string>
#include <utility>

#include "tests/support/model_sketch.h"

namespace simdb::test {
namespace {

using Ints = Sketch::Ints;

constexpr std::int64_t kBillion = 1'000'000'000;

// Each doubles or more what it gets, often enough to fill any memory.
std::string grown(Sketch& s, std::string x, const std::string& how) {
  const auto times = s.between(8, 60);
  for (std::int64_t i = 0; i < times; ++i) {
    if (how == "Concat") {
      x = s.node("Concat", {x, x});
      s.with("axis", 2);
    } else if (how == "Resize") {
      x = s.node("Resize", {x, "", s.scales({1, 1, 8, 8})});
      s.with("mode", std::string("nearest"));
    } else if (how == "Upsample") {
      x = s.node("Upsample", {x, s.scales({1, 1, 8, 8})});
    } else if (how == "Pad") {
      x = s.node("Pad", {x, s.list({0, 0, 60'000, 60'000, 0, 0, 60'000, 60'000})});
    } else if (how == "Tile") {
      x = s.node("Tile", {x, s.list({1, 1, 100, 100})});
    } else {
      x = s.node("ConvTranspose", {x, s.floats({8, 8, 1, 1})});
      s.with("strides", Ints{60'000, 60'000});
    }
  }
  return x;
}

}  // namespace

std::vector<HostileModel> hostile_graphs() {
  std::vector<HostileModel> all;
  const auto add = [&](const char* name, std::function<std::vector<std::byte>(Sketch&)> make) {
    all.push_back({name, [make = std::move(make)](std::mt19937& random) {
                     Sketch sketch(random);
                     return make(sketch);
                   }});
  };
  for (const char* how : {"Concat", "Resize", "Upsample", "Pad", "Tile", "ConvTranspose"}) {
    add(how, [how](Sketch& s) { return s.finish(grown(s, s.conv("image", 3, 8, 3), how)); });
  }
  add("constants that double", [](Sketch& s) {
    return s.finish(
        s.node("Add", {s.conv("image", 3, 8, 3), grown(s, s.floats({1, 8, 8, 8}), "Concat")}));
  });
  add("a table of all sums", [](Sketch& s) {
    const auto side = s.between(20'000, 60'000);
    const std::string sums =
        s.node(s.one_of({"Add", "Mul", "Sub", "Max"}), {s.floats({side, 1}), s.floats({1, side})});
    return s.finish(s.node("Add", {s.conv("image", 3, 8, 3), sums}));
  });
  add("a product of all with all", [](Sketch& s) {
    std::string x = s.node("Reshape", {s.conv("image", 3, 8, 3), s.list({-1, 1})});
    for (int i = 0; i < 3; ++i) {
      x = s.node("MatMul", {x, s.node("Transpose", {x})});
      x = s.node("Reshape", {x, s.list({-1, 1})});
    }
    return s.end(x);
  });
  add("ConstantOfShape", [](Sketch& s) {
    const auto side = s.one_of<std::int64_t>({100'000, kBillion, -1, 1LL << 62});
    return s.finish(s.node(
        "Add", {s.conv("image", 3, 8, 3), s.node("ConstantOfShape", {s.list({side, side})})}));
  });
  add("Expand", [](Sketch& s) {
    const auto side = s.one_of<std::int64_t>({100'000, kBillion, -1, 1LL << 62});
    const std::string x = s.one_of({s.conv("image", 3, 8, 3), s.floats({1, 1, 1, 1})});
    return s.finish(s.node("Expand", {x, s.list({1, 8, side, side})}));
  });
  add("Reshape", [](Sketch& s) {
    const auto side = s.one_of<std::int64_t>({65'536, kBillion, -2, 1LL << 32});
    return s.finish(s.node("Reshape", {s.conv("image", 3, 8, 3), s.list({side, side, 0, -1})}));
  });
  add("Gather", [](Sketch& s) {
    const Ints indices(static_cast<std::size_t>(s.between(1, 1000)), s.between(-9, 8));
    std::string x = s.conv("image", 3, 8, 3);
    for (int i = 0; i < 4; ++i) {
      x = s.node("Gather", {x, s.list(indices)});
      s.with("axis", 2 + i % 2);
    }
    return s.finish(x);
  });
  add("a convolution that is too wide", [](Sketch& s) {
    const std::string x = s.node("Conv", {"image", s.floats({8, 3, 1, 1})});
    s.with("kernel_shape", Ints{1, 1})
        .with("pads", Ints(4, s.one_of<std::int64_t>({20'000, 65'536, kBillion, 1LL << 40})));
    return s.finish(x);
  });
  add("a convolution that takes hours", [](Sketch& s) {
    std::string x = s.node("Conv", {"image", s.floats({512, 3, 1, 1})});
    s.with("kernel_shape", Ints{1, 1}).with("pads", Ints(4, s.between(3, 12)));
    const std::string weights = s.floats({512, 512, 1, 1});
    for (int i = 0; i < 200; ++i) x = s.node("Conv", {x, weights});
    return s.finish(x);
  });
  add("a pooling of all with all", [](Sketch& s) {
    std::string x = s.node("Conv", {"image", s.floats({8, 3, 1, 1})});
    s.with("kernel_shape", Ints{1, 1}).with("pads", Ints(4, 100));
    const std::string pool = s.node(s.one_of({"MaxPool", "AveragePool"}), {x});
    s.with("kernel_shape", Ints{199, 199}).with("pads", Ints(4, 198));
    return s.finish(pool);
  });
  add("a million nodes", [](Sketch& s) {
    std::string x = s.conv("image", 3, 8, 3);
    const auto nodes = s.one_of<std::int64_t>({1000, 4900, 20'000, 200'000, 1'000'000});
    for (std::int64_t i = 0; i < nodes; ++i) x = s.node("Relu", {x});
    return s.finish(x);
  });
  add("weights without end", [](Sketch& s) {
    const auto tensors = s.one_of<int>({1000, 19'000, 30'000, 200'000});
    for (int i = 0; i < tensors; ++i) s.floats({1});
    return s.finish(s.conv("image", 3, 8, 3));
  });
  add("features that are no numbers", [](Sketch& s) {
    const std::string x = s.conv("image", 3, 8, 3);
    const std::string bad =
        s.node(s.one_of({"Log", "Sqrt"}), {s.node("Neg", {s.node("Exp", {x})})});
    return s.finish(s.one_of({bad, s.node("Div", {x, s.floats({1}, 0, 0)})}));
  });
  add("an output of another shape", [](Sketch& s) {
    const std::string flat =
        s.node("Flatten", {s.node("GlobalAveragePool", {s.conv("image", 3, 8, 3)})});
    const auto features = s.one_of<std::int64_t>({1, 8, 15, 17, 32, 512});
    const std::string x = s.node("Gemm", {flat, s.floats({features, 8}), s.floats({features})});
    s.with("transB", 1);
    return s.end(x);
  });
  add("an output that no image changes", [](Sketch& s) {
    return s.end(s.one_of({s.floats({1, 16}), s.node("Add", {s.floats({1, 16}), s.floats({16})}),
                           s.node("Shape", {"image"})}));
  });
  for (const char* name : {"operators by chance", "more operators by chance",
                           "other operators by chance", "still more operators by chance"}) {
    all.push_back({name, chance_graph});
  }
  return all;
}

}  // namespace simdb::test
