#include "cli/encoder_choice.h"

#include <boost/program_options/value_semantic.hpp>
#include <filesystem>
#include <string>
#include <vector>

#include "cli/database_path.h"
#include "cli/interrupt.h"
#include "encoder/model/onnx_model_cut.h"
#include "simdb/model_trial.h"
#include "simdb/onnx_encoder.h"
#include "simdb/shipped_encoders.h"

namespace simdb::cli {
namespace po = boost::program_options;

void add_encoder_options(ArgumentParser& parser, bool or_server) {
  or_server ? parser.with_server() : parser.with_database();
  parser.options().add_options()("encoder", po::value<std::string>()->value_name("NAME|FILE"),
                                 "this one, without a database; see 'simdb encoders'");
}

std::optional<std::size_t> dim_of(const ArgumentParser& parser) {
  if (!parser.has("dim")) return {};
  return parser.get<std::size_t>("dim");
}

std::vector<std::byte> read_new_encoder(const std::string& chosen, std::optional<std::size_t> dim) {
  const std::filesystem::path file = find_encoder_file(chosen);
  std::vector<std::byte> model = read_model_file(file);
  if (dim) model = cut_onnx_model(model, *dim, file.string());
  if (!is_shipped_encoder(file)) judge_encoder(model, chosen, {.check = InterruptGuard::check});
  return model;
}

std::shared_ptr<const ImageEncoder> choose_encoder(const ArgumentParser& parser) {
  if (!parser.has("encoder")) {
    const auto database = std::make_shared<Database>(open_database(parser, OpenMode::kReadOnly));
    return {database, &database->encoder()};
  }
  const std::filesystem::path file = find_encoder_file(parser.get<std::string>("encoder"));
  const std::vector<std::byte> model = read_model_file(file);
  if (!is_shipped_encoder(file)) judge_encoder(model, file.string());
  return std::make_shared<OnnxEncoder>(model, file.string());
}

}  // namespace simdb::cli
