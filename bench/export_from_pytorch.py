"""Exports SSD-MobileNet-V2 (full 3x3 extra layers, 1x1 heads) from PyTorch: the network of `benchmarks structures`, built of PyTorch's
own layers and written by PyTorch's own exporter, to be measured beside the file that PruneSearch writes.

    python3 export_from_pytorch.py OUT.onnx [same|symmetric] [SIZE] [CLASS_OUTPUTS]
"""
import sys

import torch
from torch import nn

BLOCKS = [(1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1)]  # expansion, width, repeats, stride
TAPPED = 13  # the block whose expanded channels are the first feature level
EXTRAS = [(256, 512), (128, 256), (128, 256), (64, 128)]
BOXES = [3, 6, 6, 6, 6, 6]


class Same(nn.Module):
    """Pads as TensorFlow does: the odd row and column go to the bottom and the right."""

    def __init__(self, kernel, stride):
        super().__init__()
        self.kernel, self.stride = kernel, stride

    def forward(self, x):
        height, width = int(x.shape[2]), int(x.shape[3])
        down = max((-(-height // self.stride) - 1) * self.stride + self.kernel - height, 0)
        right = max((-(-width // self.stride) - 1) * self.stride + self.kernel - width, 0)
        return nn.functional.pad(x, (right // 2, right - right // 2, down // 2, down - down // 2))


def conv(inputs, outputs, kernel, stride, padding, groups=1, activation=True):
    same = padding == "same" and stride > 1
    layers = [Same(kernel, stride)] if same else []
    layers += [nn.Conv2d(inputs, outputs, kernel, stride, 0 if same else kernel // 2, groups=groups, bias=False), nn.BatchNorm2d(outputs)]
    return nn.Sequential(*layers, *([nn.ReLU6()] if activation else []))


class Block(nn.Module):
    def __init__(self, inputs, expansion, outputs, stride, padding):
        super().__init__()
        hidden = inputs * expansion
        self.expand = conv(inputs, hidden, 1, 1, padding) if expansion > 1 else nn.Identity()
        self.depthwise = conv(hidden, hidden, 3, stride, padding, groups=hidden)
        self.project = conv(hidden, outputs, 1, 1, padding, activation=False)
        self.residual = stride == 1 and inputs == outputs
        self.hidden = hidden

    def forward(self, x):
        hidden = self.expand(x)
        out = self.project(self.depthwise(hidden))
        return hidden, x + out if self.residual else out


class Detector(nn.Module):
    def __init__(self, padding, outputs):
        super().__init__()
        self.outputs = outputs
        self.stem = conv(3, 32, 3, 2, padding)
        blocks, channels = [], 32
        for expansion, width, repeats, stride in BLOCKS:
            for repeat in range(repeats):
                blocks.append(Block(channels, expansion, width, stride if repeat == 0 else 1, padding))
                channels = width
        self.blocks = nn.ModuleList(blocks)
        self.last = conv(channels, 1280, 1, 1, padding)
        levels, channels, extras = [blocks[TAPPED].hidden, 1280], 1280, []
        for hidden, width in EXTRAS:
            extras.append(nn.Sequential(conv(channels, hidden, 1, 1, padding), conv(hidden, width, 3, 2, padding)))
            levels.append(width)
            channels = width
        self.extras = nn.ModuleList(extras)
        self.boxes = nn.ModuleList(nn.Conv2d(c, b * 4, 1) for c, b in zip(levels, BOXES))
        self.classes = nn.ModuleList(nn.Conv2d(c, b * outputs, 1) for c, b in zip(levels, BOXES))

    def forward(self, x):
        x, levels = self.stem(x), []
        for i, block in enumerate(self.blocks):
            hidden, x = block(x)
            if i == TAPPED:
                levels.append(hidden)
        x = self.last(x)
        levels.append(x)
        for extra in self.extras:
            x = extra(x)
            levels.append(x)

        def collect(heads, values):
            return torch.cat([h(l).permute(0, 2, 3, 1).reshape(1, -1, values) for h, l in zip(heads, levels)], 1)

        return collect(self.boxes, 4), collect(self.classes, self.outputs)


def main():
    path, padding = sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else "same"
    size, outputs = int(sys.argv[3]) if len(sys.argv) > 3 else 300, int(sys.argv[4]) if len(sys.argv) > 4 else 24
    torch.manual_seed(1)
    model = Detector(padding, outputs).eval()
    with torch.no_grad():
        boxes, classes = model(torch.zeros(1, 3, size, size))
        print(f"PyTorch {torch.__version__}: boxes {list(boxes.shape)}, classes {list(classes.shape)}, {sum(p.numel() for p in model.parameters())} parameters")
        torch.onnx.export(model, torch.zeros(1, 3, size, size), path, opset_version=17, input_names=["image"], output_names=["boxes", "classes"])


main()
