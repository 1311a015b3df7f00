"""Runs a small convolutional network with NumPy alone: slowly, and plainly enough to check others against it.

Images and activations are float32, N x channels x height x width.
"""

import numpy as np
import onnx
from onnx import numpy_helper


def same_pads(side, kernel, stride):
    """(before, after) of TensorFlow's SAME padding: the odd one comes after."""
    total = max((-(-side // stride) - 1) * stride + kernel - side, 0)
    return total // 2, total - total // 2


def convolve(x, weight, bias, stride=1, pads=(0, 0, 0, 0), group=1):
    """`pads` are top, left, bottom, right; `group` is 1 or the number of channels."""
    top, left, bottom, right = pads
    x = np.pad(x, ((0, 0), (0, 0), (top, bottom), (left, right)))
    kernel_y, kernel_x = weight.shape[2:]
    height = (x.shape[2] - kernel_y) // stride + 1
    width = (x.shape[3] - kernel_x) // stride + 1
    y = np.zeros((len(x), len(weight), height, width), np.float32)
    for i in range(kernel_y):
        for j in range(kernel_x):
            seen = x[:, :, i : i + stride * (height - 1) + 1 : stride, j : j + stride * (width - 1) + 1 : stride]
            if group == 1:
                rows = np.ascontiguousarray(seen).reshape(len(x), seen.shape[1], -1)
                y += (weight[:, :, i, j] @ rows).reshape(y.shape)
            else:
                y += seen * weight[None, :, 0, i, j, None, None]
    return y + (0 if bias is None else bias[:, None, None])


def _conv(attributes, x, weight, bias=None):
    stride, other = attributes.get("strides", [1, 1])
    if stride != other or "auto_pad" in attributes or attributes.get("dilations", [1, 1]) != [1, 1]:
        raise ValueError("a convolution of a kind that is not known here")
    return convolve(x, weight, bias, stride, attributes.get("pads", (0, 0, 0, 0)), attributes.get("group", 1))


OPERATORS = {
    "Conv": _conv,
    "Clip": lambda attributes, x: np.clip(x, attributes["min"], attributes["max"]),
    "Add": lambda _, x, y: x + y,
    "Div": lambda _, x, y: x / y,
    "Sqrt": lambda _, x: np.sqrt(x),
    "GlobalAveragePool": lambda _, x: x.mean((2, 3), keepdims=True),
    "Flatten": lambda _, x: x.reshape(len(x), -1),
    "ReduceL2": lambda attributes, x: np.sqrt((x * x).sum(tuple(attributes["axes"]), keepdims=True)),
}


def run_onnx(model, images):
    """What the first output of an ONNX model of the OPERATORS above is for `images`."""
    graph = model.graph
    values = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}
    values[graph.input[0].name] = images
    for node in graph.node:
        attributes = {each.name: onnx.helper.get_attribute_value(each) for each in node.attribute}
        inputs = [values[name] for name in node.input]
        values[node.output[0]] = OPERATORS[node.op_type](attributes, *inputs)
    return values[graph.output[0].name]
