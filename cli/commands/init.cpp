#include <fmt/format.h>

#include <boost/program_options/value_semantic.hpp>
#include <nlohmann/json.hpp>
#include <ostream>

#include "cli/args.h"
#include "cli/commands/commands.h"
#include "cli/database_path.h"
#include "cli/interrupt.h"
#include "cli/render.h"
#include "core/digest.h"
#include "core/error.h"
#include "encoder/onnx_encoder.h"

namespace simdb::cli {
namespace po = boost::program_options;

int run_init(std::span<const std::string> args, Console& console) {
  ArgumentParser parser(
      "init --encoder FILE.onnx",
      "Creates a database around an encoder that 'simdb train' made. The encoder is copied into\n"
      "the database, which is complete in itself; vectors of different encoders never mix.");
  parser.options().add_options()("encoder", po::value<std::string>()->value_name("FILE.onnx"),
                                 "the trained encoder");
  parser.options().add_options()("db", po::value<std::string>()->value_name("DIR"),
                                 "the folder to create (else $SIMDB_DB, else .simdb here)");
  parser.with_json();
  if (!parser.parse(args, console, 0, 0)) return 0;
  if (!parser.has("encoder")) {
    throw Error(
        ErrorCode::kUsage,
        "which encoder? Train one with 'simdb train DIR -o FILE.onnx', then 'simdb init --encoder "
        "FILE.onnx'");
  }
  const auto& file = parser.get<std::string>("encoder");
  const std::vector<std::byte> model = read_model_file(file);
  const OnnxEncoder encoder(model, file);  // proves that it runs before anything is created
  const std::filesystem::path folder = new_database_path(parser);
  const InterruptGuard interrupt;  // half a database would be in the way of the next try
  Database::create(folder, model, encoder.dimension());
  if (parser.flag("json")) {
    print_json(console.out, {{"database", folder.string()},
                             {"dimension", encoder.dimension()},
                             {"encoder", encoder.fingerprint()}});
  } else {
    console.out << fmt::format("created {}: {} dimensions, encoder {} ({})\n",
                               printable(folder.string()), encoder.dimension(), printable(file),
                               encoder.fingerprint().substr(0, 12));
  }
  InterruptGuard::check();
  return 0;
}

}  // namespace simdb::cli
