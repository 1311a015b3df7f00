#include "cli/encoder_choice.h"

#include <boost/program_options/value_semantic.hpp>
#include <filesystem>
#include <string>

#include "cli/database_path.h"
#include "encoder/model/onnx_encoder.h"
#include "encoder/model/shipped_encoders.h"

namespace simdb::cli {
namespace po = boost::program_options;

void add_encoder_options(ArgumentParser& parser) {
  parser.with_database();
  parser.options().add_options()("encoder", po::value<std::string>()->value_name("NAME|FILE"),
                                 "use this encoder, without a database ('simdb encoders' lists "
                                 "names)");
}

std::shared_ptr<const ImageEncoder> choose_encoder(const ArgumentParser& parser) {
  if (!parser.has("encoder")) {
    return load_onnx_encoder(open_database(parser, OpenMode::kReadOnly).encoder_model());
  }
  const std::filesystem::path file = find_encoder_file(parser.get<std::string>("encoder"));
  return std::make_shared<OnnxEncoder>(read_model_file(file), file.string());
}

}  // namespace simdb::cli
