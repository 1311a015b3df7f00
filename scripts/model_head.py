#!/usr/bin/python3
"""Writes the dense layer that an encoder ends with as models/photo_head.npy has it: float16, a row per output, its
weights and then its bias. Usage: scripts/model_head.py MODEL.onnx HEAD.npy"""
import sys

import numpy
import onnx
from onnx import numpy_helper


def main(model_file, head_file):
    graph = onnx.load(model_file).graph
    dense = [node for node in graph.node if node.op_type == "Gemm"][-1]
    values = {each.name: numpy_helper.to_array(each) for each in graph.initializer}
    weight, bias = (values[name] for name in dense.input[1:3])
    numpy.save(head_file, numpy.column_stack([weight, bias]).astype(numpy.float16))


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])
