#pragma once

#include <onnx/onnx_pb.h>

#include <string>
#include <vector>

#include "encoder/model/runner_kind.h"

namespace simdb {

/// Which runners may be given the model, in the order in which they are tried: those that know all
/// of its operators in the forms that it uses. OpenCV passes over attributes and inputs that it
/// does not know, and would give other values than ONNX defines. That a runner can run the model,
/// at what cost, and without harm, is what a trial tells (model_trial.h). Throws Error(kBadInput),
/// naming `name` and the remedy, if no runner that is built in may have it, and for functions,
/// training steps, too many nodes, and graphs whose tensors are not made once, before they are
/// used.
std::vector<RunnerKind> find_runners(const onnx::ModelProto& model, const std::string& name);

}  // namespace simdb
