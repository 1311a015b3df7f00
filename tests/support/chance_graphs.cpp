#include <string>

#include "tests/support/hostile_graphs.h"
#include "tests/support/model_sketch.h"

namespace simdb::test {
namespace {

using Ints = Sketch::Ints;

// `x` with one more node, of an operator and with attributes drawn by chance, mostly sound.
std::string any_node(Sketch& s, const std::string& x) {
  const auto some = [&] {
    return s.one_of<std::int64_t>({1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 3, 3, 0, -1, 1 << 20});
  };
  switch (s.between(0, 21)) {
    case 0:
      return s.node(s.one_of<const char*>({"Relu",        "Sigmoid",
                                           "Tanh",        "Abs",
                                           "Neg",         "Exp",
                                           "Sqrt",        "Log",
                                           "Erf",         "Floor",
                                           "Softplus",    "HardSwish",
                                           "Mish",        "Softsign",
                                           "Reciprocal",  "Identity",
                                           "Dropout",     "Elu",
                                           "Selu",        "Celu",
                                           "LeakyRelu",   "ThresholdedRelu",
                                           "HardSigmoid", "Round",
                                           "Ceil",        "LpNormalization"}),
                    {x});
    case 1: {
      std::string made = s.node("Conv", {x, s.floats({8, 8, 3, 3})});
      s.with("kernel_shape", Ints{3, 3})
          .with("pads", Ints(4, some()))
          .with("strides", Ints{some(), some()});
      s.with("dilations", Ints{some(), some()}).with("group", some());
      return made;
    }
    case 2: {
      std::string made = s.node(s.one_of({"MaxPool", "AveragePool"}), {x});
      s.with("kernel_shape", Ints{some(), some()}).with("pads", Ints(4, some() - 1));
      s.with("strides", Ints{some(), some()}).with("ceil_mode", s.between(0, 1));
      return made;
    }
    case 3: {
      std::string made = s.node(s.one_of({"Softmax", "LogSoftmax"}), {x});
      s.with("axis", s.between(-4, 4));
      return made;
    }
    case 4:
      return s.node(s.one_of({"Add", "Sub", "Mul", "Div", "Pow", "Max", "Min", "Sum"}),
                    {x, s.one_of({x, s.floats({1}), s.floats({8, 1, 1}), s.floats({1, 8, 1, 1}),
                                  s.floats({8}), s.floats({1, 1, 1, 1})})});
    case 5:
      return s.node(s.one_of({"Add", "Mul", "Sub", "Div", "Min"}),
                    {s.one_of({s.floats({8, 1, 1}), s.floats({1}), s.floats({2, 2})}), x});
    case 6: {
      std::string made = s.node("Concat", {x, s.one_of({x, s.floats({1, 8, 8, 8})})});
      s.with("axis", s.between(-4, 3));
      return made;
    }
    case 7: {
      std::string made = s.node("Transpose", {x});
      s.with("perm",
             s.one_of<Ints>({{0, 1, 3, 2}, {0, 2, 3, 1}, {3, 2, 1, 0}, {0, 1}, {9, 1, 2, 3}}));
      return made;
    }
    case 8:
      return s.node("Reshape", {x, s.list(s.one_of<Ints>({{0, 8, -1, 1},
                                                          {0, 0, -1, 4},
                                                          {-1, 8, 64},
                                                          {0, 0, 0, 0},
                                                          {1, -1},
                                                          {-1, -1},
                                                          {5}}))});
    case 9: {
      std::string made = s.node("Split", {x});
      s.with("axis", s.between(-4, 3)).with("split", s.one_of<Ints>({{8}, {4}, {8, 0}, {-8}}));
      return made;
    }
    case 10:
      return s.node("Slice", {x, s.list({s.between(-9, 9)}), s.list({s.between(-9, 1 << 30)}),
                              s.list({s.between(-4, 3)}), s.list({some()})});
    case 11: {
      std::string made = s.node("Gather", {x, s.list({s.between(-9, 9), s.between(0, 7)})});
      s.with("axis", s.between(-4, 3));
      return made;
    }
    case 12: {
      std::string made = s.node("Pad", {x, s.list({0, 0, some(), some(), 0, 0, some(), some()})});
      s.with("mode", std::string(s.one_of({"constant", "reflect", "edge", "wrap"})));
      return made;
    }
    case 13: {
      std::string made =
          s.node("Resize", {x, "", s.scales({1, 1, s.one_of({2.F, 0.5F, 0.F, -1.F, 1e9F}), 2})});
      s.with("mode", std::string(s.one_of({"nearest", "linear", "cubic"})));
      return made;
    }
    case 14: {
      std::string made = s.node(s.one_of({"DepthToSpace", "SpaceToDepth"}), {x});
      s.with("blocksize", some());
      return made;
    }
    case 15: {
      std::string made = s.node(s.one_of({"ReduceMean", "ReduceSum", "ReduceMax", "ReduceL2",
                                          "ReduceMin", "ReduceL1", "ReduceSumSquare"}),
                                {x});
      s.with("axes", Ints{s.between(-4, 3), s.between(1, 3)}).with("keepdims", s.between(0, 1));
      return made;
    }
    case 16:
      return s.node("BatchNormalization", {x, s.floats({8}), s.floats({8}), s.floats({8}),
                                           s.floats({s.one_of<std::int64_t>({8, 8, 8, 7})})});
    case 17:
      return s.node("PRelu", {x, s.one_of({s.floats({8, 1, 1}), s.floats({1}), s.floats({3})})});
    case 18: {
      std::string made = s.node("Unsqueeze", {x});
      s.with("axes", Ints{s.between(-4, 4)});
      std::string back = s.node("Squeeze", {made});
      s.with("axes", Ints{s.between(-4, 4)});
      return back;
    }
    case 19:
      return s.node("MatMul",
                    {x, s.one_of({s.floats({8, 8}), s.floats({8}), x, s.floats({3, 8})})});
    case 20: {
      std::string made = s.node("LRN", {x});
      s.with("size", some()).with_real("alpha", 0.1F);
      return made;
    }
    default: {
      std::string made = s.node("ConvTranspose", {x, s.floats({8, 8, 2, 2})});
      s.with("kernel_shape", Ints{2, 2})
          .with("strides", Ints{some(), some()})
          .with("group", some());
      return made;
    }
  }
}

}  // namespace

std::vector<std::byte> chance_graph(std::mt19937& random) {
  Sketch s(random, std::initializer_list<int>{11, 11, 11, 7, 9, 13, 17}.begin()[random() % 7]);
  std::string x = s.conv("image", 3, 8, 3);
  const auto nodes = s.between(1, 5);
  for (std::int64_t i = 0; i < nodes; ++i) x = any_node(s, x);
  return s.finish(x);
}

}  // namespace simdb::test
