#include "cli/encoder_choice.h"

#include <boost/program_options/value_semantic.hpp>
#include <string>

#include "cli/database_path.h"
#include "encoder/onnx_encoder.h"

namespace simdb::cli {
namespace po = boost::program_options;

void add_encoder_options(ArgumentParser& parser) {
  parser.with_database();
  parser.options().add_options()("encoder", po::value<std::string>()->value_name("FILE.onnx"),
                                 "use this encoder, without a database");
}

std::shared_ptr<const ImageEncoder> choose_encoder(const ArgumentParser& parser) {
  if (!parser.has("encoder")) {
    return load_onnx_encoder(open_database(parser, OpenMode::kReadOnly).encoder_model());
  }
  const auto& file = parser.get<std::string>("encoder");
  return std::make_shared<OnnxEncoder>(read_model_file(file), file);
}

}  // namespace simdb::cli
