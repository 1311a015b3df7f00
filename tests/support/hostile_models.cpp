#include "tests/support/hostile_models.h"

#include <onnx/onnx_pb.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <span>
#include <utility>

#include "tests/support/hostile_graphs.h"
#include "tests/support/models.h"

namespace simdb::test {
namespace {

using Bytes = std::vector<std::byte>;
using Random = std::mt19937;
using Model = onnx::ModelProto;

constexpr auto kMostInt64 = std::numeric_limits<std::int64_t>::max();

Model without_digest(std::span<const std::byte> bytes) {
  Model model;
  model.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()));
  auto& properties = *model.mutable_metadata_props();
  for (int i = properties.size() - 1; i >= 0; --i) {
    const std::string& key = properties[i].key();
    if (key == "simdb.checksum" || key == "simdb.sha256") properties.DeleteSubrange(i, 1);
  }
  return model;
}

Model harmless() { return without_digest(random_model_file(16, 1, {.width = 8, .height = 8})); }

Bytes to_bytes(const std::string& text) {
  const auto view = std::as_bytes(std::span(text));
  return {view.begin(), view.end()};
}

template <typename T>
T one_of(Random& random, std::initializer_list<T> choices) {
  return *(choices.begin() + random() % choices.size());
}

onnx::TensorProto& some_weight(Model& model, Random& random) {
  auto& weights = *model.mutable_graph()->mutable_initializer();
  return weights[static_cast<int>(random() % static_cast<unsigned>(weights.size()))];
}
onnx::NodeProto& some_node(Model& model, Random& random) {
  auto& nodes = *model.mutable_graph()->mutable_node();
  return nodes[static_cast<int>(random() % static_cast<unsigned>(nodes.size()))];
}

void set_property(Model& model, const std::string& key, const std::string& value) {
  for (auto& property : *model.mutable_metadata_props()) {
    if (property.key() == key) property.set_value(value);
  }
}

void put_float(std::string& raw, std::size_t at, float value) {
  raw.replace(at * sizeof value, sizeof value, reinterpret_cast<const char*>(&value), sizeof value);
}

onnx::TypeProto_Tensor& input_type(Model& model) {
  return *model.mutable_graph()->mutable_input(0)->mutable_type()->mutable_tensor_type();
}

std::string input_json(const std::string& width, const std::string& height) {
  return R"({"width":)" + width + R"(,"height":)" + height +
         R"(,"channels":3,"resize":"fit","background":[0,0,0],"mean":[0,0,0],"scale":[1,1,1]})";
}

// Changes to the harmless model.
using Change = std::function<void(Model&, Random&)>;

const std::vector<std::pair<const char*, Change>>& changes() {
  static const std::vector<std::pair<const char*, Change>> all = {
      {"sides that overflow",
       [](Model& m, Random& r) {
         auto& weight = some_weight(m, r);
         weight.clear_dims();
         const auto side = one_of<std::int64_t>(r, {1LL << 32, 1LL << 31, kMostInt64, 65536});
         for (int i = 0; i < 4; ++i) weight.add_dims(side);
       }},
      {"negative sides",
       [](Model& m, Random& r) {
         some_weight(m, r).set_dims(0, one_of<std::int64_t>(r, {-1, -8, -kMostInt64, -16}));
       }},
      {"values missing",
       [](Model& m, Random& r) {
         auto& raw = *some_weight(m, r).mutable_raw_data();
         raw.resize(r() % raw.size());
       }},
      {"values too many",
       [](Model& m, Random& r) {
         some_weight(m, r).mutable_raw_data()->append(r() % 99 + 1, 'x');
       }},
      {"no values at all",
       [](Model& m, Random& r) {
         auto& weight = some_weight(m, r);
         weight.clear_raw_data();
         if (r() % 2 == 0) weight.set_dims(0, 0);
       }},
      {"a weight that is not finite",
       [](Model& m, Random& r) {
         auto& raw = *some_weight(m, r).mutable_raw_data();
         put_float(raw, r() % (raw.size() / 4), one_of<float>(r, {NAN, INFINITY, -INFINITY}));
       }},
      {"weights as large as floats get",
       [](Model& m, Random& r) {
         auto& raw = *some_weight(m, r).mutable_raw_data();
         for (std::size_t i = 0; i < raw.size() / 4; ++i)
           put_float(raw, i, r() % 2 ? 3e38F : -3e38F);
       }},
      {"weights zero",
       [](Model& m, Random& r) {
         auto& raw = *some_weight(m, r).mutable_raw_data();
         raw.assign(raw.size(), '\0');
       }},
      {"values of another type",
       [](Model& m, Random& r) { some_weight(m, r).set_data_type(static_cast<int>(r() % 20)); }},
      {"values in two places",
       [](Model& m, Random& r) {
         auto& weight = some_weight(m, r);
         for (unsigned i = 0; i <= r() % 9; ++i) weight.add_float_data(1);
       }},
      {"values in another file",
       [](Model& m, Random& r) {
         auto& weight = some_weight(m, r);
         if (r() % 2 == 0) weight.clear_raw_data();
         weight.set_data_location(onnx::TensorProto::EXTERNAL);
         auto& entry = *weight.add_external_data();
         entry.set_key("location");
         entry.set_value(one_of<const char*>(r, {"/etc/passwd", "../x", "/dev/zero", "a\nb"}));
       }},
      {"strings",
       [](Model& m, Random& r) {
         auto& weight = some_weight(m, r);
         weight.set_data_type(onnx::TensorProto::STRING);
         weight.add_string_data(std::string(r() % 1000, 'x'));
       }},
      {"sparse tensors",
       [](Model& m, Random&) { m.mutable_graph()->add_sparse_initializer()->add_dims(1LL << 40); }},
      {"a circle",
       [](Model& m, Random& r) {
         auto& node = some_node(m, r);
         const auto& nodes = m.graph().node();
         node.set_input(0, nodes[nodes.size() - 1 - static_cast<int>(r() % 2)].output(0));
       }},
      {"a node that feeds itself",
       [](Model& m, Random& r) {
         auto& node = some_node(m, r);
         node.set_input(static_cast<int>(r() % static_cast<unsigned>(node.input_size())),
                        node.output(0));
       }},
      {"an input that nothing gives",
       [](Model& m, Random& r) { some_node(m, r).set_input(0, one_of(r, {"", "nothing", "\n"})); }},
      {"a name given twice",
       [](Model& m, Random& r) {
         some_node(m, r).set_output(0, one_of<std::string>(r, {"image", "weight_1", "Conv_1"}));
       }},
      {"a weight given twice",
       [](Model& m, Random& r) {
         onnx::TensorProto copy = some_weight(m, r);
         copy.set_raw_data(std::string(copy.raw_data().size(), '\0'));
         *m.mutable_graph()->add_initializer() = copy;
       }},
      {"nodes out of order",
       [](Model& m, Random& r) {
         auto& nodes = *m.mutable_graph()->mutable_node();
         for (int i = nodes.size() - 1; i > 0; --i) {
           nodes.SwapElements(i, static_cast<int>(r() % static_cast<unsigned>(i + 1)));
         }
       }},
      {"nodes missing",
       [](Model& m, Random& r) {
         auto& nodes = *m.mutable_graph()->mutable_node();
         const int from = static_cast<int>(r() % static_cast<unsigned>(nodes.size()));
         nodes.DeleteSubrange(from, r() % 2 == 0 ? 1 : nodes.size() - from);
       }},
      {"nodes without inputs",
       [](Model& m, Random& r) {
         auto& inputs = *some_node(m, r).mutable_input();
         inputs.DeleteSubrange(static_cast<int>(r() % static_cast<unsigned>(inputs.size())), 1);
       }},
      {"nodes with too many inputs",
       [](Model& m, Random& r) {
         auto& node = some_node(m, r);
         for (unsigned i = 0; i <= r() % 400; ++i) node.add_input("image");
       }},
      {"nodes with other outputs",
       [](Model& m, Random& r) {
         auto& node = some_node(m, r);
         if (r() % 2 == 0) node.clear_output();
         for (unsigned i = 0; i < r() % 9; ++i) node.add_output("more_" + std::to_string(i));
       }},
      {"another output",
       [](Model& m, Random& r) {
         m.mutable_graph()->mutable_output(0)->set_name(
             one_of<const char*>(r, {"", "nothing", "image", "weight_1"}));
       }},
      {"unknown operators",
       [](Model& m, Random& r) {
         some_node(m, r).set_op_type(one_of<std::string>(
             r, {"", "Frobnicate", "NonMaxSuppression", "LSTM", "GRU", "QLinearConv", "Einsum",
                 "QuantizeLinear", "DequantizeLinear", "MaxUnpool", "DetectionOutput", "RoiAlign",
                 "ImageScaler", "ConstantFill", "CumSum", "ArgMax", "RandomNormal", "StringConcat",
                 std::string(100'000, 'x')}));
       }},
      {"operators of others",
       [](Model& m, Random& r) {
         some_node(m, r).set_domain(
             one_of<const char*>(r, {"com.microsoft", "evil", "ai.onnx.ml"}));
       }},
      {"control flow",
       [](Model& m, Random& r) {
         auto& node = some_node(m, r);
         node.set_op_type(one_of<const char*>(r, {"If", "Loop", "Scan", "Conv"}));
         auto& body = *node.add_attribute();
         body.set_name(one_of<const char*>(r, {"then_branch", "body"}));
         if (r() % 2 == 0) {
           *body.mutable_g() = m.graph();
         } else {
           *body.add_graphs() = m.graph();
         }
       }},
      {"functions",
       [](Model& m, Random&) {
         auto& function = *m.add_functions();
         function.set_name("Conv");
         *function.add_node() = m.graph().node(0);
       }},
      {"training steps",
       [](Model& m, Random&) { *m.add_training_info()->mutable_algorithm() = m.graph(); }},
      {"attributes OpenCV reads",
       [](Model& m, Random& r) {
         auto& attribute = *some_node(m, r).add_attribute();
         attribute.set_name(one_of<const char*>(
             r, {"num_output", "kernel_w", "pad_mode", "pool", "global_pooling", "has_bias", "axis",
                 "scale", "bias_term", "operation", "dim", "kernel_size", "type"}));
         attribute.set_type(onnx::AttributeProto::INT);
         attribute.set_i(one_of<std::int64_t>(r, {0, 1, -1, 1 << 30, kMostInt64}));
       }},
      {"attributes that make no sense",
       [](Model& m, Random& r) {
         auto& node = some_node(m, r);
         if (node.attribute_size() == 0) node.add_attribute()->set_name("alpha");
         auto& attribute = *node.mutable_attribute(0);
         const auto value = one_of<std::int64_t>(
             r, {0, -1, 7, 1 << 16, 1 << 30, kMostInt64, std::numeric_limits<std::int64_t>::min()});
         attribute.set_i(value);
         for (auto& each : *attribute.mutable_ints()) each = value;
         attribute.set_f(NAN);
         if (r() % 3 == 0) attribute.set_type(onnx::AttributeProto::STRING);
         if (r() % 3 == 0) attribute.add_ints(value);
       }},
      {"sizes without end",
       [](Model& m, Random& r) {
         const std::string side = one_of<std::string>(
             r, {"1000000000", "4096", "-1", "0", "1e9", "99999999999999999999", "2147483648"});
         set_property(m, "simdb.input", input_json(side, side));
         for (const int i : {2, 3}) {
           input_type(m).mutable_shape()->mutable_dim(i)->set_dim_value(
               side.size() > 10 ? kMostInt64 : std::atol(side.c_str()));
         }
       }},
      {"metadata that is no JSON",
       [](Model& m, Random& r) {
         set_property(
             m, "simdb.input",
             one_of<std::string>(r, {"", "{", "null", "[1]", "\xff\xfe", "{\"width\":\"8\"}"}));
       }},
      {"metadata that is nested",
       [](Model& m, Random& r) {
         const std::size_t depth = r() % 1'000'000;
         const std::string open(depth, '[');
         const std::string nested = r() % 2 == 0 ? open + std::string(depth, ']') : open;
         set_property(m, "simdb.input", r() % 2 == 0 ? nested : input_json("8", nested));
       }},
      {"another version",
       [](Model& m, Random& r) {
         set_property(m, "simdb.format_version",
                      one_of<std::string>(r, {"3", "0", "-1", "01", "", std::string(5000, '1')}));
       }},
      {"metadata gone", [](Model& m, Random&) { m.clear_metadata_props(); }},
      {"an input that contradicts the metadata",
       [](Model& m, Random& r) {
         input_type(m)
             .mutable_shape()
             ->mutable_dim(static_cast<int>(1 + r() % 3))
             ->set_dim_value(one_of<std::int64_t>(r, {0, 1, 7, -1, 1LL << 40}));
       }},
      {"batches of their own",
       [](Model& m, Random& r) {
         input_type(m).mutable_shape()->mutable_dim(0)->set_dim_value(
             one_of<std::int64_t>(r, {2, -1, 1 << 20, kMostInt64}));
       }},
      {"an input of no floats",
       [](Model& m, Random& r) {
         if (r() % 2 == 0) {
           input_type(m).set_elem_type(static_cast<int>(2 + r() % 14));
         } else {
           m.mutable_graph()->mutable_input(0)->mutable_type()->mutable_sequence_type();
         }
       }},
      {"other inputs",
       [](Model& m, Random& r) {
         if (r() % 2 == 0) m.mutable_graph()->clear_input();
         for (unsigned i = 0; i < 1 + r() % 2; ++i) {
           m.mutable_graph()->add_input()->set_name("more_" + std::to_string(i));
         }
       }},
      {"an output that announces other dimensions",
       [](Model& m, Random& r) {
         auto& type = *m.mutable_graph()->mutable_output(0)->mutable_type()->mutable_tensor_type();
         type.mutable_shape()->mutable_dim(1)->set_dim_value(
             one_of<std::int64_t>(r, {0, 15, 17, 32, 512, 528, -16, kMostInt64}));
       }},
      {"another opset",
       [](Model& m, Random& r) {
         m.clear_opset_import();
         if (r() % 4 != 0) {
           m.add_opset_import()->set_version(
               one_of<std::int64_t>(r, {0, 1, 6, 18, 999, -11, kMostInt64}));
         }
       }},
      {"names of a megabyte",
       [](Model& m, Random& r) {
         some_node(m, r).set_input(0, std::string(1 << 20, static_cast<char>(1 + r() % 31)));
       }},
  };
  return all;
}

}  // namespace

Bytes without_checksum(std::span<const std::byte> model) {
  return to_bytes(without_digest(model).SerializeAsString());
}

Bytes harmless_model() { return to_bytes(harmless().SerializeAsString()); }

std::vector<HostileModel> hostile_models() {
  std::vector<HostileModel> all = hostile_files(harmless().SerializeAsString());
  for (const auto& [name, change] : changes()) {
    all.push_back({name, [change = change](Random& random) {
                     Model model = harmless();
                     change(model, random);
                     return to_bytes(model.SerializeAsString());
                   }});
  }
  for (HostileModel& model : hostile_graphs()) all.push_back(std::move(model));
  return all;
}

}  // namespace simdb::test
