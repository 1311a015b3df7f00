#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "encoder/model/onnx_model.h"

namespace simdb {

/// The lengths at which embeddings of a model are good by themselves, ascending: those of its note
/// "nested" (its head was trained so that the first floats say most), and its own.
std::vector<std::size_t> nested_dimensions(const ModelHeader& header);

/// A model whose embeddings are the first `dimension` floats of those of `model`, brought to length
/// 1: the last dense layer keeps as many outputs. The note "nested" keeps the lengths below;
/// "cut_from" tells the SHA-256 and the dimension of `model`, whose bytes are returned as they are
/// if it has that dimension. Throws Error(kUsage), naming the lengths that are possible, for a
/// `dimension` that is not among nested_dimensions, Error(kBadInput) as read_onnx_header and if the
/// model does not end as simdb writes it. Thread-safe.
std::vector<std::byte> cut_onnx_model(std::span<const std::byte> model, std::size_t dimension,
                                      const std::string& name);

}  // namespace simdb
