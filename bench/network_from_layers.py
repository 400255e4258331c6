"""The network that `benchmarks layers` wrote, built of PyTorch's own layers as its users build them (activations in place where the
result is read once, the stem's blocks as slices, nearest enlargement, pools with padding), to be measured beside PruneSearch.

    python3 network_from_layers.py FOLDER train [bf16-cl | tf32] [cuda] [STEPS]   prints "pytorch ... train ... N img/s P s" (8 pictures, processor
                                                                                  seconds a step)
    python3 network_from_layers.py FOLDER export OUT.onnx           PyTorch's own exporter, batch norms folded by it
    python3 network_from_layers.py FOLDER profile                   where a training step goes
"""
import json
import struct
import sys
import time

import numpy
import torch
from torch import nn
from torch.nn import functional

BATCH = 8
FUNCTIONS = {"Relu": lambda i: nn.ReLU(i), "Relu6": lambda i: nn.ReLU6(i), "Silu": lambda i: nn.SiLU(i), "Sigmoid": lambda i: nn.Sigmoid()}


def read_safetensors(path):
    with open(path, "rb") as file:
        header = json.loads(file.read(struct.unpack("<Q", file.read(8))[0]))
        data = file.read()
    header.pop("__metadata__", None)
    return {n: torch.from_numpy(numpy.frombuffer(data[slice(*e["data_offsets"])], numpy.float32).copy()).reshape(e["shape"]) for n, e in header.items()}


class SpaceToDepth(nn.Module):
    def __init__(self, block):
        super().__init__()
        self.block = block

    def forward(self, x):
        b = self.block
        return torch.cat([x[..., y::b, z::b] for y in range(b) for z in range(b)], 1)


class Upsample(nn.Module):
    def __init__(self, size):
        super().__init__()
        self.size = size

    def forward(self, x):
        return functional.interpolate(x, size=self.size, mode="nearest")


class Network(nn.Module):
    def __init__(self, description, weights):
        super().__init__()
        self.layers, self.outputs = description["layers"], description["outputs"]
        readers = [name for layer in self.layers for name in layer["inputs"]] + [h for o in self.outputs for h in o["heads"]]
        self.parts, self.last = nn.ModuleDict(), {}
        for i, layer in enumerate(self.layers):
            part = self.make(layer, [readers.count(n) == 1 for n in layer["inputs"]])
            if part is not None and layer.get("of", layer["name"]) == layer["name"]:
                self.parts[self.key(layer["name"])] = part
            for name in layer["inputs"]:
                self.last[name] = i
        with torch.no_grad():
            for layer in self.layers:
                if layer["kind"] in ("ConvLayer", "BatchNormLayer") and layer["of"] == layer["name"]:
                    part = self.parts[self.key(layer["name"])]
                    for name, target in list(part.named_parameters()) + [b for b in part.named_buffers() if b[0].startswith("running")]:
                        target.copy_(weights[f"{layer['name']}.{name}"])

    @staticmethod
    def key(name):
        return name.replace(".", "/")

    @staticmethod
    def make(layer, sole):
        kind = layer["kind"]
        if kind == "ConvLayer":
            return nn.Conv2d(layer["in"], layer["out"], layer["kernel"], layer["stride"], layer["padding"], groups=layer["groups"], bias=layer["bias"])
        if kind == "BatchNormLayer":
            return nn.BatchNorm2d(layer["channels"], layer["epsilon"])
        if kind == "ActivationLayer":
            return FUNCTIONS[layer["function"]](sole[0])
        if kind == "UpsampleLayer":
            return Upsample((layer["height"], layer["width"]))
        if kind == "MaxPoolLayer":
            return nn.MaxPool2d(layer["kernel"], layer["stride"], layer["padding"])
        if kind == "SpaceToDepthLayer":
            return SpaceToDepth(layer["block"])
        return None

    def forward(self, image):
        maps = {}
        for i, layer in enumerate(self.layers):
            inputs = [maps[n] for n in layer["inputs"]]
            kind = layer["kind"]
            if kind == "InputLayer":
                out = image
            elif kind == "AddLayer":
                out = sum(inputs[1:], inputs[0])
            elif kind == "ConcatLayer":
                out = torch.cat(inputs, 1)
            else:
                out = self.parts[self.key(layer.get("of", layer["name"]))](inputs[0])
            maps[layer["name"]] = out
            for name in layer["inputs"]:
                if self.last[name] == i and not any(name in o["heads"] for o in self.outputs):
                    del maps[name]
        collect = lambda o: torch.cat([maps[h].permute(0, 2, 3, 1).reshape(image.shape[0], -1, o["values"]) for h in o["heads"]], 1)
        return tuple(collect(o) for o in self.outputs)


def main():
    folder, act, more = sys.argv[1], sys.argv[2], sys.argv[3:]
    description = json.load(open(f"{folder}/layers.json"))
    model = Network(description, read_safetensors(f"{folder}/weights.safetensors"))
    size = description["size"]
    torch.manual_seed(1)
    if act == "export":
        image = torch.zeros(1, 3, size, size)
        torch.onnx.export(model.eval(), image, more[0], opset_version=17, input_names=["image"], output_names=[o["name"] for o in description["outputs"]])
        return
    short, device = "bf16-cl" in more, "cuda" if "cuda" in more else "cpu"
    torch.backends.cudnn.allow_tf32 = torch.backends.cuda.matmul.allow_tf32 = "tf32" in more
    model, images = model.to(device), torch.randn(BATCH, 3, size, size, device=device)
    if short:
        model, images = model.to(memory_format=torch.channels_last), images.to(memory_format=torch.channels_last)
    optimizer = torch.optim.SGD(model.parameters(), 0.01, momentum=0.9)

    def step():
        optimizer.zero_grad()
        with torch.autocast(device, torch.bfloat16, enabled=short):
            outputs = model(images)
        sum(o.float().square().mean() for o in outputs).backward()
        optimizer.step()

    def wait():
        if device == "cuda":
            torch.cuda.synchronize()

    step(), step()
    if act == "profile":
        with torch.profiler.profile() as profile:
            step()
        print(profile.key_averages().table(sort_by="self_cpu_time_total", row_limit=25, max_name_column_width=50))
        return
    steps = int(more[-1]) if more and more[-1].isdigit() else 6
    wait()
    start, before = time.time(), time.process_time()
    for _ in range(steps):
        step()
    wait()
    rate, processor = BATCH * steps / (time.time() - start), (time.process_time() - before) / steps
    print(f"pytorch {torch.__version__} train {'bf16-cl' if short else 'tf32' if 'tf32' in more else 'f32'} {device} {rate:.1f} img/s {processor:.3f} s")


main()
