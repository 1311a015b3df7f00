#pragma once

#include "decisions/class_rules.h"
#include "simdb/calibration.h"

namespace simdb {

struct AnswerSets::Rules : ClassRules {
  using ClassRules::ClassRules;
};

}  // namespace simdb
