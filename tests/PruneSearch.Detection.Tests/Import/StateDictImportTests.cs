using PruneSearch.Core.Detectors;
using PruneSearch.Core.Detectors.Ssd;
using PruneSearch.Core.Networks;
using PruneSearch.Core.Weights;
using PruneSearch.Detection.Import;
using PruneSearch.Detection.Networks;
using PruneSearch.Detection;
using PruneSearch.Tests.Core.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace PruneSearch.Tests.Detection.Import;

public sealed class StateDictImportTests
{
    private const int Tensors = 52 * 5; // convolutions of MobileNet-V2, each with a batch norm of four tensors

    [Theory]
    [InlineData("")]
    [InlineData("backbone.")]
    public void The_backbone_comes_from_the_file_and_the_rest_from_the_seed(string prefix)
    {
        var state = StateDict(0.25, prefix);
        Assert.Equal(Tensors, state.Keys.Count(k => !k.Contains("num_batches", StringComparison.Ordinal) && k.Contains("features", StringComparison.Ordinal)));

        var imported = DetectorImport.Read(
            Bytes(state), "mobilenet.safetensors", new() { InputSize = 64, Classes = ["a", "b"], ForeignNormalisation = false, Seed = 3 });

        Assert.Equal(new SsdOptions { WidthMultiplier = 0.25, Padding = PaddingStyle.Symmetric }, imported.Model.Spec.Options);
        Assert.Contains(imported.Notes, n => n.Contains("the others start random, with seed 3", StringComparison.Ordinal));
        Assert.Equal(state[prefix + "features.0.0.weight"].Values, imported.Weights["Conv.weight"].Values);
        Assert.Equal(state[prefix + "features.1.conv.1.weight"].Values, imported.Weights["expanded_conv.project.weight"].Values);
        Assert.Equal(state[prefix + "features.17.conv.1.0.weight"].Values, imported.Weights["expanded_conv_16.depthwise.weight"].Values);
        Assert.Equal(state[prefix + "features.17.conv.3.running_mean"].Values, imported.Weights["expanded_conv_16.project.bn.running_mean"].Values);
        Assert.Equal(state[prefix + "features.18.1.bias"].Values, imported.Weights["Conv_1.bn.bias"].Values);
        imported.Weights.RequireFit(imported.Model.Network, "imported");
        Assert.Equal(
            RandomWeights.For(imported.Model, 3)["BoxPredictor_0.ClassPredictor.weight"].Values,
            imported.Weights["BoxPredictor_0.ClassPredictor.weight"].Values);
    }

    [Fact]
    public void Pictures_from_minus_one_to_one_give_what_normalised_ones_gave()
    {
        var state = StateDict(0.25);
        var imported = DetectorImport.Read(Bytes(state), "mobilenet.safetensors", new() { InputSize = 64 });
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        random.manual_seed(1);
        var picture = rand(2, 3, 64, 64); // 0 to 1
        var mean = tensor(new[] { 0.485f, 0.456f, 0.406f }).reshape(1, 3, 1, 1);
        var deviation = tensor(new[] { 0.229f, 0.224f, 0.225f }).reshape(1, 3, 1, 1);
        Tensor T(string name) => tensor(state[name].Values, [.. state[name].Shape.Select(d => (long)d)]);
        var expected = nn.functional.relu6(nn.functional.batch_norm(
            nn.functional.conv2d((picture - mean) / deviation, T("features.0.0.weight"), strides: [2, 2], padding: [1, 1]),
            T("features.0.1.running_mean"), T("features.0.1.running_var"), T("features.0.1.weight"), T("features.0.1.bias"), training: false, eps: 1e-5));

        using var network = new TorchNetwork(imported.Model.Network, imported.Weights);
        Tensor? actual = null;
        network.Forward(picture.Times(2).Plus(-1), observe: (layer, _, output) =>
            actual = layer.Name == "Conv.relu6" ? output.clone().DetachFromDisposeScope() : actual);

        using var owned = actual;
        // The outermost row and column read the padding, which stands for another colour.
        var inner = (expected - actual!)[.., .., 1.., 1..];
        Assert.InRange(inner.abs().max().item<float>(), 0, 1e-4f);
        Assert.InRange(expected.std().item<float>(), 0.01f, 10f);
    }

    [Fact]
    public void Own_names_beside_the_backbone_are_taken_and_a_whole_file_is_whole()
    {
        var state = StateDict(0.25);
        var spec = DetectorImport.Read(Bytes(state), "m", new() { InputSize = 64 }).Model.Spec.WithOption("heads", "full");
        var full = DetectorCatalog.Build(spec);
        var own = RandomWeights.For(full, 9);
        foreach (var (name, tensor) in own.Where(
            w => !w.Key.StartsWith("Conv", StringComparison.Ordinal) && !w.Key.StartsWith("expanded", StringComparison.Ordinal)))
        {
            state.Add(name, tensor);
        }

        var imported = DetectorImport.Read(Bytes(state), "m", new() { InputSize = 64 });

        Assert.Equal(HeadStyle.Full, ((SsdOptions)imported.Model.Spec.Options).Heads);
        Assert.Equal(own["BoxPredictor_3.BoxEncodingPredictor.weight"].Values, imported.Weights["BoxPredictor_3.BoxEncodingPredictor.weight"].Values);
        Assert.Contains("what such files do not have comes from the file too, by this program's names", imported.Notes);

        var again = DetectorImport.Read(Bytes(imported.Weights), "m", new() { InputSize = 64, Classes = ["thing"] });
        Assert.Equal((imported.Model.Spec with { Classes = ["thing"] }).WithOption("padding", "tensor-flow-same").ToJson(), again.Model.Spec.ToJson());
    }

    [Fact]
    public void What_is_missing_or_has_another_shape_is_named()
    {
        var state = StateDict(0.25);
        var tensor = state["features.5.conv.2.weight"];
        state["features.5.conv.2.weight"] = new WeightTensor([tensor.Shape[0], tensor.Shape[1] / 2, 1, 1], tensor.Values[..(tensor.Values.Length / 2)]);
        Assert.Equal("m: tensor 'features.5.conv.2.weight' has shape [8, 24, 1, 1], expected [8, 48, 1, 1]", Refused(state));
        state.Remove("features.5.conv.2.weight");
        Assert.Contains("m: tensor 'features.5.conv.2.weight' [8, 48, 1, 1] is missing", Refused(state), StringComparison.Ordinal);
        Assert.Contains(
            "its tensors are called 'layer1.0.weight'", Refused(new WeightSet { ["layer1.0.weight"] = new WeightTensor([1], [1]) }), StringComparison.Ordinal);
        Assert.Contains(
            "cut short",
            Assert.Throws<FormatException>(() => DetectorImport.Read([.. "PK\u0003\u0004"u8, .. new byte[40]], "m")).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Values_that_are_no_numbers_and_negative_variances_are_named()
    {
        var state = StateDict(0.25);
        state["features.5.conv.2.weight"].Values[3] = float.NaN;
        Assert.Equal("m: tensor 'features.5.conv.2.weight' is NaN at [0, 3, 0, 0] (1 of 384 values are not finite), expected finite numbers", Refused(state));
        state["features.5.conv.2.weight"].Values[3] = 0;
        state["features.5.conv.3.running_var"].Values[0] = -1e-3f;
        Assert.Equal("m: tensor 'features.5.conv.3.running_var' has a variance below 0", Refused(state));
        state["features.5.conv.3.running_var"].Values[0] = 0;
        state["classifier.1.bias"].Values[0] = float.NaN; // belongs to no detector
        Assert.Null(DetectorImport.Read(Bytes(state), "m", new() { InputSize = 64 }).Weights.NotFinite());

        var model = Some.SmallDetector(out var own);
        own["BoxPredictor_1.ClassPredictor.bias"].Values[0] = float.PositiveInfinity;
        Assert.Contains(
            "m: tensor 'BoxPredictor_1.ClassPredictor.bias' is infinite at [0]",
            Assert.Throws<FormatException>(() => DetectorImport.Read(Bytes(own), "m", new() { InputSize = model.Spec.InputSize })).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Damaged_state_dicts_are_read_or_refused()
    {
        byte[] bytes = Bytes(StateDict(0.25));
        int header = 8 + (int)BitConverter.ToInt64(bytes);
        int refused = Fuzz.Run<FormatException>(bytes, 250, b => DetectorImport.Read(b, "m", new() { InputSize = 64 }), maxBytes: 256 << 20, damaged: header);
        Assert.InRange(refused, 60, 250);
    }

    [Fact]
    public void A_file_of_torch_save_says_the_same_as_safetensors()
    {
        var state = StateDict(0.25);

        var saved = DetectorImport.Read(TorchFile.Of(state, "state_dict"), "m.pth", new() { InputSize = 64 });

        Assert.Equal(DetectorImport.Read(Bytes(state), "m", new() { InputSize = 64 }).Weights["Conv.weight"].Values, saved.Weights["Conv.weight"].Values);
        Assert.Contains("before version 1.6", Assert.Throws<FormatException>(() => DetectorImport.Read([0x80, 2, 0x8a, 10], "m.pth")).Message);
    }

    private static string Refused(WeightSet state) =>
        Assert.Throws<FormatException>(() => DetectorImport.Read(Bytes(state), "m", new() { InputSize = 64 })).Message;

    // As torchvision's mobilenet_v2(width_mult).state_dict() names it: numbered modules, batch norms that count their batches, a classifier.
    private static WeightSet StateDict(double width, string prefix = "")
    {
        var model = DetectorCatalog.Build(new DetectorSpec
        {
            Architecture = SsdFamily.Architecture,
            Classes = ["object"],
            InputSize = 64,
            Options = new SsdOptions { WidthMultiplier = width },
        });
        var weights = RandomWeights.For(model, 5);
        var random = new Random(6);
        var state = new WeightSet();
        string[] convs = [.. model.Network.Layers.OfType<ConvLayer>().Where(
            l => l.Name.StartsWith("Conv", StringComparison.Ordinal) || l.Name.StartsWith("expanded", StringComparison.Ordinal)).Select(l => l.Name)];
        int next = 0;
        for (int feature = 0; feature < 19; feature++)
        {
            string[] members = feature is 0 or 18 ? [$"features.{feature}.0/{feature}.1"]
                : feature == 1 ? ["features.1.conv.0.0/1.conv.0.1", "features.1.conv.1/1.conv.2"]
                : [$"features.{feature}.conv.0.0/{feature}.conv.0.1", $"features.{feature}.conv.1.0/{feature}.conv.1.1",
                    $"features.{feature}.conv.2/{feature}.conv.3"];
            foreach (string member in members)
            {
                string conv = member.Split('/')[0], norm = "features." + member.Split('/')[1], own = convs[next++];
                state.Add($"{prefix}{conv}.weight", weights[own + ".weight"]);
                foreach (string part in new[] { "weight", "bias", "running_mean", "running_var" })
                {
                    var shape = weights[$"{own}.bn.{part}"].Shape;
                    state.Add(
                        $"{prefix}{norm}.{part}",
                        new WeightTensor(shape, [.. Enumerable.Range(0, shape[0]).Select(_ => (part == "running_mean" ? -0.5f : 0.1f) + random.NextSingle())]));
                }
                state.Add($"{prefix}{norm}.num_batches_tracked", new WeightTensor([], [100]));
            }
        }
        state.Add("classifier.1.bias", new WeightTensor([3], [1, 2, 3]));
        return state;
    }

    private static byte[] Bytes(WeightSet weights)
    {
        using var stream = new MemoryStream();
        Safetensors.Write(stream, weights);
        return stream.ToArray();
    }
}
