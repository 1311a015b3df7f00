#pragma once

#include <memory>

#include "decisions/class_rules.h"
#include "decisions/class_search.h"
#include "simdb/calibration.h"

namespace simdb {

struct AnswerSets::Rules : ClassRules {
  Rules(std::shared_ptr<const CalibrationState> state, double alpha)
      : ClassRules(std::move(state), alpha) {}

  const ClassSearch search{*this};
};

}  // namespace simdb
