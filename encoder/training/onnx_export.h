#pragma once

#include "encoder/image/preprocess.h"
#include "encoder/model/onnx_model.h"
#include "encoder/training/network.h"

namespace simdb::training {

/// The network as plain layers, batch norm folded into the convolutions as it acts in evaluation
/// mode. Notes are left empty. The result answers as the network does, to float accuracy.
EncoderModel export_network(const Network& network, const InputSpec& input);

}  // namespace simdb::training
