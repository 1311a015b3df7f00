#!/usr/bin/env python3
"""How fast is `simdb train`, beside the same training written in Python?

Both train the same network (four stages of Conv3x3, batch norm, ReLU and MaxPool2, then a dense layer to 16 floats)
on the same images with the same loss (nt-xent), optimizer (AdamW, clipped gradients, averaged weights), batches of
48 classes x 4 images, and threads. Neither augments. Rounds alternate, and what counts is the ratio within a round.
simdb's time includes what it does beside: judging the network after every epoch, writing checkpoints.

    apt-get install python3-torch python3-pil
    benchmarks/train_speed.py --simdb build/release/bin/simdb --data DIR       # DIR: class folders, grey images
"""
import argparse
import json
import os
import pathlib
import random
import statistics
import subprocess
import sys
import tempfile
import time

BATCH_CLASSES, BATCH_IMAGES = 48, 4
SIDE = 28
CHANNELS = [64, 64, 128, 128]
SCALE, MARGIN = 16, 0.2


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--simdb", required=True, help="the program")
    parser.add_argument("--data", required=True, type=pathlib.Path, help="class folders, at any depth; grey images")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--images", type=int, default=20000, help="how many are shown in a round, about")
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


def files_by_class(data):
    classes = {}
    for file in sorted(data.rglob("*.png")):
        classes.setdefault(file.parent, []).append(file)
    return [files for files in classes.values() if len(files) >= BATCH_IMAGES]


def images_per_second_of_simdb(args, count):
    # Two epochs are warm-up and start; the log has the seconds at the end of each.
    epochs = 2 + max(1, round(args.images / count))
    with tempfile.TemporaryDirectory() as folder:
        log = f"{folder}/log.jsonl"
        subprocess.run(
            [args.simdb, "train", args.data, "-o", f"{folder}/m.onnx", "--log", log, "--network", "wide", "--augment",
             "none", "--loss", "nt-xent", "--epochs", str(epochs), "--patience", str(epochs), "--siblings", "0",
             "--validate-on", "images", "--validation-share", "0.01", "--threads", str(args.threads)],
            check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        lines = [json.loads(line) for line in open(log, encoding="utf-8")]
    seconds = [line["seconds"] for line in lines if line["event"] == "epoch"]
    rows = BATCH_CLASSES * BATCH_IMAGES
    # An epoch is as many whole batches as fit into the images that are left after validation.
    trained = next(line["images"] for line in lines if line["event"] == "start")
    trained -= next(line["validation_images"] for line in lines if line["event"] == "end")
    batches = max(10, trained // rows)
    return batches * rows * (len(seconds) - 2) / (seconds[-1] - seconds[1])


class PythonTraining:
    """What a practised user of PyTorch writes; `tuned` adds channels-last and bfloat16."""

    def __init__(self, classes, tuned):
        import torch
        from torch import nn

        self.torch, self.tuned = torch, tuned
        self.members, stages, channels, side = [], [], 1, SIDE
        pixels = load_pixels(classes, self.members)
        self.pixels = torch.from_numpy(pixels)
        for wider in CHANNELS:
            stages += [nn.Conv2d(channels, wider, 3, padding=1, bias=False), nn.BatchNorm2d(wider), nn.ReLU(True)]
            channels = wider
            if side > 3:
                stages.append(nn.MaxPool2d(2))
                side //= 2
        self.stages = nn.Sequential(*stages)
        self.dense = nn.Linear(channels * side * side, 16)
        if tuned:
            self.stages = self.stages.to(memory_format=torch.channels_last)
        self.parameters = [*self.stages.parameters(), *self.dense.parameters()]
        self.average = [p.detach().clone() for p in self.parameters]
        self.optimizer = torch.optim.AdamW(self.parameters, lr=2e-3)

    def step(self):
        torch = self.torch
        chosen = random.sample(range(len(self.members)), BATCH_CLASSES)
        rows = [row for c in chosen for row in random.sample(self.members[c], BATCH_IMAGES)]
        images = self.pixels[torch.tensor(rows)].float().div_(255).unsqueeze(1)
        labels = torch.arange(BATCH_CLASSES).repeat_interleave(BATCH_IMAGES)
        if self.tuned:
            images = images.contiguous(memory_format=torch.channels_last)
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=self.tuned):
            features = self.stages(images).flatten(1)
        embeddings = torch.nn.functional.normalize(self.dense(features.float()))
        logits = embeddings @ embeddings.t() * SCALE
        same = labels[:, None] == labels[None]
        positives = same & ~torch.eye(len(rows), dtype=torch.bool)
        negatives = torch.logsumexp(logits.masked_fill(same, -1e9), 1, keepdim=True)
        losses = torch.nn.functional.softplus(negatives - logits + SCALE * MARGIN)
        loss = (losses * positives).sum() / positives.sum()
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.parameters, 5)
        self.optimizer.step()
        with torch.no_grad():
            for average, parameter in zip(self.average, self.parameters):
                average.lerp_(parameter, 0.01)
        return loss.item()


def load_pixels(classes, members):
    import numpy
    from PIL import Image

    pixels = []
    for files in classes:
        members.append(list(range(len(pixels), len(pixels) + len(files))))
        for file in files:
            pixels.append(numpy.array(Image.open(file).convert("L").resize((SIDE, SIDE), Image.BOX)))
    return numpy.stack(pixels)


def images_per_second_of_python(training, images):
    steps = max(10, images // (BATCH_CLASSES * BATCH_IMAGES))
    for _ in range(5):
        training.step()
    start = time.perf_counter()
    for _ in range(steps):
        training.step()
    return steps * BATCH_CLASSES * BATCH_IMAGES / (time.perf_counter() - start)


def main():
    args = parse_arguments()
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")  # simdb sets it for itself
    classes = files_by_class(args.data)
    if len(classes) < BATCH_CLASSES:
        sys.exit(f"{args.data} has {len(classes)} classes with {BATCH_IMAGES} PNG files; {BATCH_CLASSES} are needed")
    import torch

    torch.set_num_threads(args.threads)
    plain, tuned = PythonTraining(classes, False), PythonTraining(classes, True)
    count = sum(map(len, classes))
    rounds = []
    for _ in range(args.rounds):
        rounds.append({
            "simdb": images_per_second_of_simdb(args, count),
            "python": images_per_second_of_python(plain, args.images),
            "python_bfloat16": images_per_second_of_python(tuned, args.images),
        })
    if args.json:
        print(json.dumps({"torch": torch.__version__, "threads": args.threads, "rounds": rounds}))
        return
    print(f"images/s, {args.threads} thread(s), {args.rounds} rounds; PyTorch {torch.__version__}")
    for name, title in (("simdb", "simdb train"), ("python", "Python, float32"),
                        ("python_bfloat16", "Python, channels-last, bfloat16")):
        line = f"{title:32s} {statistics.median(r[name] for r in rounds):7.0f}"
        if name != "simdb":
            ratios = [r["simdb"] / r[name] for r in rounds]
            line += (f"   simdb is {statistics.median(ratios):.2f} times as fast "
                     f"({min(ratios):.2f} to {max(ratios):.2f})")
        print(line)


if __name__ == "__main__":
    main()
