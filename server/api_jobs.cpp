#include <fmt/format.h>
#include <simdjson.h>

#include <array>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "core/file_io.h"
#include "core/printable.h"
#include "pipeline/formats/calibration_json.h"
#include "pipeline/formats/json_text.h"
#include "pipeline/verification.h"
#include "server/api_internal.h"
#include "server/parameters.h"
#include "simdb/error.h"

namespace simdb::server {
namespace {

constexpr std::array<std::string_view, 2> kVerifyOptions = {"kind", "deep"};
constexpr std::array<std::string_view, 4> kCalibrateOptions = {"kind", "alpha", "group-by",
                                                               "group-by-folder"};

// Without where the database lies.
std::string without_place(std::string text, const std::string& place) {
  for (std::size_t at = 0; (at = text.find(place, at)) != std::string::npos;) {
    text.erase(at, place.size() + (text.substr(at + place.size()).starts_with('/') ? 1 : 0));
  }
  return text;
}

std::string verify(const Service& service, bool deep, const Jobs::Check& check) {
  const Database database = service.options().view();
  VerifyReport found = simdb::verify(database, check);
  if (deep) {
    for (std::string& problem : verify_deeply(database, check)) {
      found.problems.push_back(std::move(problem));
    }
  }
  RepairReport report;
  report.items = found.items;
  for (std::string& problem : found.problems) {
    report.problems.push_back(without_place(std::move(problem), database.gallery().place()));
  }
  return verification_json(report, false);
}

std::string calibrate(Service& service, const CalibrationChoices& choices, double alpha,
                      const Jobs::Check& check) {
  const CalibrationSummary made =
      service.decisions().calibrate(service.options().view(), choices, alpha, std::nullopt, check);
  return json_text(to_json(made.classes, made.estimate));
}

Jobs::Work calibration_work(Service& service, const Parameters& parameters) {
  const double alpha = alpha_of(parameters);
  CalibrationChoices choices{.group_by = std::string(parameters.text("group-by").value_or("")),
                             .group_by_folder = parameters.flag("group-by-folder")};
  return [&service, alpha, choices = std::move(choices)](const Jobs::Check& check) {
    return calibrate(service, choices, alpha, check);
  };
}

std::string existing_job(const Call& call, std::uint64_t id) {
  if (auto json = call.service->jobs().json(id)) return *std::move(json);
  throw Error(ErrorCode::kNotFound, fmt::format("there is no job {}, or no more", id));
}

}  // namespace

void handle_start_job(const Call& call) {
  const simdjson::dom::object object = json_reader().read_object(call.request->body);
  const std::vector<Parameter> fields = parameters_of(object, {});
  const Parameters parameters(fields);
  const std::string_view kind = parameters.text("kind").value_or("");
  Service& service = *call.service;
  std::optional<std::uint64_t> id;
  if (kind == "verify") {
    parameters.require_known(kVerifyOptions);
    const bool deep = parameters.flag("deep");
    id = service.jobs().start("verify", [&service, deep](const Jobs::Check& check) {
      return verify(service, deep, check);
    });
  } else if (kind == "calibrate") {
    parameters.require_known(kCalibrateOptions);
    id = service.jobs().start("calibrate", calibration_work(service, parameters));
  } else {
    throw Error(ErrorCode::kUsage, "kind is verify or calibrate, not '" + printable(kind) + "'");
  }
  if (!id) throw Conflict("a job runs already; one does at a time");
  Response response{.status = 202, .body = existing_job(call, *id) + '\n'};
  response.fields.emplace_back("Location", fmt::format("/v1/jobs/{}", *id));
  call.reply(std::move(response));
}

void handle_jobs(const Call& call) { call.reply(call.service->jobs().all_json()); }

void handle_job(const Call& call) {
  call.reply(existing_job(call, to_number(id_of(call.path_values.at(0)))));
}

void handle_cancel_job(const Call& call) {
  const std::uint64_t id = to_number(id_of(call.path_values.at(0)));
  call.service->jobs().cancel(id);
  call.reply(existing_job(call, id));
}

}  // namespace simdb::server
