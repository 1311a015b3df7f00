#include "pipeline/verification.h"

#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "pipeline/formats/json_text.h"
#include "simdb/calibration.h"
#include "simdb/error.h"
#include "simdb/image_codec.h"

namespace simdb {

VerifyReport verify(const Database& database, const std::function<void()>& check) {
  VerifyReport report = database.verify();
  check();
  // Queries do without it where it is damaged. One that a newer simdb wrote, or that belongs to
  // another encoder, is not.
  try {
    Calibration::load(database.gallery());
  } catch (const Error& error) {
    if (error.code() != ErrorCode::kBadInput) report.problems.emplace_back(error.what());
  }
  return report;
}

// What only they can check who have the decoder and run the encoder.
std::vector<std::string> verify_deeply(const Database& database,
                                       const std::function<void()>& check) {
  std::vector<std::string> problems;
  const auto attempt = [&](const auto& step) {
    try {
      step();
    } catch (const Error& error) {
      problems.emplace_back(error.what());
    }
  };
  if (database.gallery().space().empty()) attempt([&] { database.encoder(); });
  check();
  for (std::string& problem : database.verify_searches()) problems.push_back(std::move(problem));
  attempt([&] {
    database.gallery().for_each_item([&](const ItemRecord& record) {
      check();
      attempt([&] {
        const std::vector<std::byte> thumbnail = database.gallery().thumbnail(record.id);
        if (thumbnail.empty()) return;
        decode_image(thumbnail, "the thumbnail of item " + std::to_string(to_number(record.id)));
      });
      return true;
    });
  });
  return problems;
}

std::string verification_json(const RepairReport& report, bool repaired) {
  nlohmann::ordered_json json = {
      {"items", report.items}, {"sound", report.problems.empty()}, {"problems", report.problems}};
  if (repaired) {
    json["repaired"] = report.repaired;
    json["lost"] = report.lost;
  }
  return json_text(json);
}

}  // namespace simdb
