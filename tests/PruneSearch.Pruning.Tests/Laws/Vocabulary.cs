using PruneSearch.Core.Networks;

namespace PruneSearch.Tests.Pruning.Laws;

/// <summary>One small network for each way in which single-shot detectors hold channels.</summary>
internal static class Vocabulary
{
    private const PaddingStyle Same = PaddingStyle.TensorFlowSame;

    private static readonly SortedDictionary<string, Func<IReadOnlyDictionary<string, int>?, Network>> Networks = new(StringComparer.Ordinal)
    {
        ["plain"] = w => Build(w, b => b.Head(b.Conv("b", b.Conv("a", b.Picture(), "A", 8), "B", 12))),
        ["plain-bias-only"] = w => Build(w, b => b.Head(b.Conv("b", b.Conv("a", b.Picture(), "A", 8), "B", 12)), norms: false),
        ["depthwise"] = w => Build(w, b => b.Head(b.Conv("c", b.Depthwise("d", b.Conv("a", b.Picture(), "A", 8)), "C", 6))),
        ["depthwise-bias-only"] = w => Build(w, b => b.Head(b.Conv("c", b.Depthwise("d", b.Conv("a", b.Picture(), "A", 8)), "C", 6)), norms: false),
        ["grouped"] = w => Build(w, b => b.Head(b.Grouped("g", b.Grouped("h", b.Repeated("a", "A", 4, 2), "H", 3, 2), "G", 5, 2))),
        ["one-channel"] = w => Build(w, b => b.Head(b.Conv("c", b.Conv("b", b.Conv("a", b.Picture(), "A", 1), "B", 6), "C", 4))),
        ["grouped-bias-only"] = w => Build(w, b => b.Head(b.Grouped("g", b.Grouped("h", b.Repeated("a", "A", 4, 3), "H", 2, 3), "G", 3, 3)), norms: false),
        // Kernels of the same shape, [1, 1, 3, 3]: one makes another channel, one belongs to the channel that it reads.
        ["one-channel-plain-and-depthwise"] = w =>
            Build(w, b => b.Head(b.Conv("c", b.Depthwise("d", b.Conv("b", b.Conv("a", b.Picture(), "A", 1), "B", 1)), "C", 6))),
        ["inverted-residual"] = w => Build(w, b => b.Head(b.Block("block2", b.Block("block1", b.Conv("a", b.Picture(), "A", 8), "A", 8, 24), "A", 8, 16))),
        ["inverted-residual-without-expansion"] = w => Build(w, b => b.Head(b.Linear("p", b.Depthwise("d", b.Conv("a", b.Picture(), "A", 8)), "P", 6))),
        ["residual-without-expansion"] = w => Build(w, b => b.Head(b.Direct("r2", b.Direct("r1", b.Conv("a", b.Picture(), "A", 8))))),
        ["residual-chain"] = w => Build(w, b => b.Head(b.Residual("r2", b.Residual("r1", b.Conv("a", b.Picture(), "A", 8))))),
        ["taps"] = w => Build(w, b => b.Heads(b.Conv("a", b.Picture(), "A", 8), b.Conv("b", "a.relu", "B", 6, stride: 2))),
        ["concatenation"] = w => Build(w, b => b.Concatenation()),
        ["depthwise-over-concatenation"] = w => Build(w, b => b.Head(b.Conv("e", b.Depthwise("d", b.Stack()), "E", 6))),
        ["feature-pyramid"] = w => Build(w, b => b.Pyramid()),
        ["shared-heads"] = w => Build(w, b => b.SharedHeads()),
        ["shared-heads-with-norms-a-level"] = w => Build(w, b => b.SharedTower()),
        ["squeeze-and-excite"] = w => Build(w, b => b.Head(b.Conv("c", b.Squeeze("se", b.Conv("a", b.Picture(), "A", 8)), "C", 6))),
        ["space-to-depth"] = w => Build(w, b => b.Head(b.Conv("c", b.Network.SpaceToDepth("s2d", b.Conv("a", b.Picture(), "A", 6), 2), "C", 6))),
        ["focus"] = w => Build(w, b => b.Head(b.Conv("c", b.Network.SpaceToDepth("s2d", b.Picture(), 2), "C", 6))),
        ["cross-stage-partial"] = w => Build(w, b => b.Head(b.Partial(depthwise: false))),
        ["cross-stage-partial-depthwise"] = w => Build(w, b => b.Head(b.Partial(depthwise: true))),
        ["cross-stage-partial-bias-only"] = w => Build(w, b => b.Head(b.Partial(depthwise: true)), norms: false),
        ["pyramid-pooling"] = w => Build(w, b => b.Head(b.PyramidPooling())),
        ["concatenated-pyramid"] = w => Build(w, b => b.ConcatenatedPyramid()),
        ["pooling"] = w => Build(w, b => b.Head(b.Conv("c", b.Network.MaxPool("pool", b.Conv("a", b.Picture(), "A", 6), 2, 2, Same), "C", 6))),
    };

    public static IEnumerable<TheoryDataRow<string>> Names => Networks.Keys.Select(n => new TheoryDataRow<string>(n));

    /// <summary>Builds a network at some widths; others are dense.</summary>
    public static Network Create(string name, IReadOnlyDictionary<string, int>? widths = null) => Networks[name](widths);

    private static Network Build(IReadOnlyDictionary<string, int>? widths, Action<Parts> build, bool norms = true)
    {
        var parts = new Parts(widths, norms);
        build(parts);
        return parts.Network.Build();
    }

    private sealed class Parts(IReadOnlyDictionary<string, int>? widths, bool norms)
    {
        public NetworkBuilder Network { get; } = new(widths);

        public string Picture() => Network.Input("image", 3, 16, 16);

        public string Conv(string name, string input, string group, int width, int stride = 1) =>
            Relu(name, Norm(name, Network.Conv(name, input, Group(group, width), 3, stride, Same, !norms)));

        public string Linear(string name, string input, string group, int width) =>
            Norm(name, Network.Conv(name, input, Group(group, width), 1, 1, Same, !norms));

        public string Depthwise(string name, string input) => Relu(name, Norm(name, Network.Depthwise(name, input, 3, 1, Same, !norms)));

        public string Repeated(string name, string group, int width, int times) =>
            Relu(name, Norm(name, Network.Conv(name, Picture(), ChannelLayout.Of(Group(group, width)).Repeat(times), 3, bias: !norms)));

        public string Grouped(string name, string input, string group, int width, int groups) =>
            Relu(name, Norm(name, Network.Conv(name, input, ChannelLayout.Of(Group(group, width)).Repeat(groups), 3, bias: !norms, groups: groups)));

        public string Block(string name, string input, string group, int width, int hidden) =>
            Network.Residual(name + ".block", name,
                Linear(name + ".project", Depthwise(name + ".depthwise", Conv(name + ".expand", input, name + ".hidden", hidden)), group, width), input);

        public string Direct(string name, string input) => Network.Sum(name, input, Linear(name + ".project", Depthwise(name + ".depthwise", input), "A", 8));

        public string Residual(string name, string input) =>
            Relu(name, Network.Residual(name + ".block", name, Linear(name + ".b", Conv(name + ".a", input, name + ".inner", 5), "A", 8), input));

        public string Squeeze(string name, string input)
        {
            string pooled = Network.GlobalAveragePool(name + ".pool", input);
            string reduced = Network.Activation(name + ".relu", Network.Conv(name + ".reduce", pooled, Group("reduced", 4), 1), ActivationFunction.Silu);
            string scale = Network.Conv(name + ".expand", reduced, Group("A", 8), 1);
            return Network.Scale(name, input, Network.Activation(name + ".sigmoid", scale, ActivationFunction.HardSigmoid));
        }

        public void Head(string input) => Heads(input);

        public void Heads(params string[] inputs)
        {
            var boxes = inputs.Select((input, i) => Network.Conv($"head{i}.boxes", input, ChannelLayout.Fixed(8), 3)).ToList();
            var classes = inputs.Select((input, i) => Network.Conv($"head{i}.classes", input, ChannelLayout.Fixed(6), 1)).ToList();
            Network.Output("boxes", boxes, 4);
            Network.Output("classes", classes, 3);
        }

        public void Concatenation()
        {
            Head(Conv("c", Stack(), "C", 6));
        }

        public string Stack()
        {
            string image = Picture(), a = Conv("a", image, "A", 5), b = Conv("b", image, "B", 7);
            return Network.Concat("stack", a, image, b, a);
        }

        public void Pyramid()
        {
            string fine = Conv("fine", Picture(), "F", 6, 2), coarse = Conv("coarse", fine, "G", 9, 2);
            string top = Linear("top", coarse, "pyramid", 7), side = Linear("side", fine, "pyramid", 7);
            Heads(Network.Sum("merged", side, Network.UpsampleTo("up", top, fine)), top);
        }

        // A chain of bottlenecks with shortcuts, and a way around it.
        public string Partial(bool depthwise)
        {
            string image = Conv("a", Picture(), "A", 6), x = Conv("chain", image, "chain", 5), around = Conv("around", image, "around", 4);
            for (int i = 0; i < 2; i++)
            {
                string inner = Conv($"m{i}.inner", x, $"inner{i}", 7), spatial = depthwise ? Depthwise($"m{i}.d", inner) : inner;
                x = Network.Residual($"m{i}", $"m{i}.add", Silu($"m{i}", Linear($"m{i}.out", spatial, "chain", 5)), x);
            }
            return Conv("mixed", Network.Concat("stack", x, around), "mixed", 8);
        }

        public string PyramidPooling()
        {
            string x = Conv("b", Conv("a", Picture(), "A", 6), "B", 5);
            return Conv("c", Network.Concat(
                "stack", x, Network.MaxPool("p3", x, 3, 1, PaddingStyle.Symmetric), Network.MaxPool("p5", x, 5, 1, PaddingStyle.Symmetric)), "C", 6);
        }

        public void ConcatenatedPyramid()
        {
            string fine = Conv("fine", Picture(), "F", 6, 2), coarse = Conv("coarse", fine, "G", 9, 2), side = Conv("side", coarse, "S", 5);
            string up = Conv("up.mixed", Network.Concat("up.stack", Network.UpsampleTo("up", side, fine), fine), "U", 7);
            Heads(up, Conv("down.mixed", Network.Concat("down.stack", Conv("down", up, "D", 4, 2), side), "M", 6));
        }

        public void SharedHeads()
        {
            string fine = Conv("fine", Picture(), "F", 6, 2), coarse = Conv("coarse", fine, "F", 6, 2);
            string tower = Network.Conv("tower", fine, Group("T", 5), 3), tower2 = Network.SharedConv("tower@2", coarse, "tower");
            string head = Network.Conv("head", Network.Activation("t1", tower, ActivationFunction.Relu), ChannelLayout.Fixed(8), 1);
            Network.Output("boxes", [head, Network.SharedConv("head@2", Network.Activation("t2", tower2, ActivationFunction.Relu), "head")], 4);
        }

        public void SharedTower()
        {
            string fine = Conv("fine", Picture(), "F", 6, 2), coarse = Conv("coarse", fine, "F", 6, 2);
            string tower = Network.Conv("tower", fine, Group("T", 5), 3, bias: false), tower2 = Network.SharedConv("tower@2", coarse, "tower");
            string head = Network.Conv("head", Relu("t1", Network.BatchNorm("tower.bn1", tower)), ChannelLayout.Fixed(8), 1);
            Network.Output("boxes", [head, Network.SharedConv("head@2", Relu("t2", Network.BatchNorm("tower.bn2", tower2)), "head")], 4);
        }

        private string Norm(string name, string input) => norms ? Network.BatchNorm(name + ".bn", input) : input;

        private string Relu(string name, string input) => Network.Activation(name + ".relu", input, ActivationFunction.Relu6);

        private string Silu(string name, string input) => Network.Activation(name + ".silu", input, ActivationFunction.Silu);

        private ChannelGroup Group(string name, int width) =>
            Network.Group(name, name.EndsWith(".hidden", StringComparison.Ordinal) ? ChannelGroupKind.Hidden : ChannelGroupKind.Neck, width);
    }
}
