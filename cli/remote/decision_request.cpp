#include "cli/remote/decision_request.h"

#include <fmt/format.h>

#include <utility>

namespace simdb::cli {
namespace {

// In the order in which they are added. The shortest digits read back as the same number.
template <typename Add>
void each_parameter(const ArgumentParser& args, const std::string& name, const Add& add) {
  add("name", name);
  if (args.has("k")) add("k", std::to_string(args.get<std::size_t>("k")));
  add("alpha", fmt::format("{}", args.get<double>("alpha")));
  for (const char* option : {"accept", "within"}) {
    if (args.has(option)) add(option, fmt::format("{}", args.get<float>(option)));
  }
  if (args.has("why")) add("why", std::string("true"));
}

}  // namespace

Remote::Target decision_target(std::string path, const ArgumentParser& args,
                               const std::string& name) {
  Remote::Target target(std::move(path));
  each_parameter(args, name, [&](const char* parameter, const std::string& value) {
    target.with(parameter, value);
  });
  add_filter(target, args);
  return target;
}

Remote::Json decision_json(const ArgumentParser& args, const std::string& name) {
  Remote::Json json = Remote::Json::object();
  each_parameter(args, name,
                 [&](const char* parameter, const std::string& value) { json[parameter] = value; });
  for (const char* option : {"class", "where"}) {
    if (args.has(option)) json[option] = args.get<std::vector<std::string>>(option);
  }
  return json;
}

}  // namespace simdb::cli
