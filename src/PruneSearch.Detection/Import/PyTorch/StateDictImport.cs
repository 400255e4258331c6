using PruneSearch.Core.Detectors;
using PruneSearch.Core.Networks;
using PruneSearch.Core.Weights;

namespace PruneSearch.Detection.Import.PyTorch;

/// <summary>
/// Takes a MobileNet-V2 backbone out of a PyTorch state dict with torchvision's names, behind any prefix
/// (<c>backbone.features.0.0.weight</c>). Tensors with this project's names, for extra layers and heads, are taken as well;
/// those that are in neither form start random.
/// </summary>
internal static class StateDictImport
{
    private const double TorchEpsilon = 1e-5;

    // Pictures in [−1, 1] as torchvision wants them: (x · Half + Half − mean) / deviation.
    private const double Half = 0.5;
    private static readonly double[] Mean = [0.485, 0.456, 0.406], Deviation = [0.229, 0.224, 0.225];

    /// <summary>Whether a set of tensors is such a state dict.</summary>
    public static bool Knows(WeightSet tensors) => Prefix(tensors) is not null;

    /// <summary>Imports it.</summary>
    /// <exception cref="FormatException">A tensor is missing, has another shape or a value that is not finite; the message names it and what was expected.</exception>
    public static ImportedDetector Read(WeightSet tensors, string source, ImportOptions options)
    {
        string prefix = Prefix(tensors)!;
        var classes = options.Classes ?? ["object"];
        var template = new DetectorSpec
        {
            Architecture = SsdMobileNetV2.Architecture,
            InputSize = options.InputSize,
            Classes = classes,
            Padding = PaddingStyle.Symmetric,
            Scores = options.Scores ?? ScoreFunction.Sigmoid,
        };
        var (width, failure) = Width(tensors, template, prefix, source);
        if (failure is not null)
        {
            throw failure;
        }
        // The style whose own tensors the file has, where it has any.
        var model = ImportCandidates.Of(template with { WidthMultiplier = width }).Select(DetectorCatalog.Build)
            .MaxBy(m => m.Network.Tensors.Count(t => tensors.TryGetValue(t.Name, out var found) && found.Shape.SequenceEqual(t.Shape)))!;
        var weights = RandomWeights.For(model, options.Seed);
        Backbone(tensors, model.Network, prefix, source, weights);
        int taken = Others(tensors, model.Network, source, weights);
        if (options.ImageNetNormalisation)
        {
            TakePicturesFromMinusOneToOne(weights);
        }
        weights.RequireFit(model.Network, source);
        int others = model.Network.Tensors.Count(t => !IsBackbone(t.Name));
        return new ImportedDetector(model, weights,
        [
            .. options.Notes(model.Spec, "PyTorch state dict"),
            taken == others ? "extra layers and heads come from the file"
                : $"the backbone comes from the file, and {taken} of {others} tensors of extra layers and heads; the others start random, with seed {options.Seed}",
        ]);
    }

    private static string? Prefix(WeightSet tensors) =>
        tensors.Keys.FirstOrDefault(k => k.EndsWith(TorchvisionNames.First, StringComparison.Ordinal))?[..^TorchvisionNames.First.Length];

    private static (double Width, FormatException? Failure) Width(WeightSet tensors, DetectorSpec template, string prefix, string source)
    {
        (double Width, FormatException Failure, int Fitting)? best = null;
        foreach (double width in ImportCandidates.WidthMultipliers)
        {
            var network = DetectorCatalog.Build(template with { WidthMultiplier = width }).Network;
            FormatException? failure = null;
            int fitting = 0;
            foreach (var (declared, name) in BackboneTensors(network))
            {
                var problem = Problem(tensors, prefix + name, declared.Shape, source);
                failure ??= problem;
                fitting += problem is null ? 1 : 0;
            }
            if (failure is null)
            {
                return (width, null);
            }
            best = best is null || fitting > best.Value.Fitting ? (width, failure, fitting) : best;
        }
        return (best!.Value.Width, best.Value.Failure);
    }

    private static void Backbone(WeightSet tensors, Network network, string prefix, string source, WeightSet weights)
    {
        foreach (var (declared, name) in BackboneTensors(network))
        {
            weights[declared.Name] = Problem(tensors, prefix + name, declared.Shape, source) is { } problem ? throw problem : tensors[prefix + name];
        }
        // The same function with this network's epsilon.
        foreach (var norm in network.Layers.OfType<BatchNormLayer>().Where(l => IsBackbone(l.Name)))
        {
            float[] variance = weights[norm.Name + ".running_var"].Values;
            var scale = weights[norm.Name + ".weight"];
            weights[norm.Name + ".weight"] = new WeightTensor(
                scale.Shape, [.. scale.Values.Select((s, c) => (float)(s * Math.Sqrt((variance[c] + norm.Epsilon) / (variance[c] + TorchEpsilon))))]);
        }
    }

    private static int Others(WeightSet tensors, Network network, string source, WeightSet weights)
    {
        int taken = 0;
        foreach (var declared in network.Tensors.Where(t => !IsBackbone(t.Name) && tensors.ContainsKey(t.Name)))
        {
            weights[declared.Name] = Problem(tensors, declared.Name, declared.Shape, source) is { } problem ? throw problem : tensors[declared.Name];
            taken++;
        }
        return taken;
    }

    // The constant part goes through the convolution and ends in the mean that the batch norm subtracts. (At the border
    // torchvision pads with the mean colour and this network with mid grey: a difference of a few hundredths there.)
    private static void TakePicturesFromMinusOneToOne(WeightSet weights)
    {
        var conv = weights["Conv.weight"];
        var mean = weights["Conv.bn.running_mean"];
        int area = conv.Shape[2] * conv.Shape[3];
        float[] kernels = new float[conv.Values.Length], means = new float[mean.Values.Length];
        for (int o = 0; o < means.Length; o++)
        {
            double constant = 0;
            for (int i = 0; i < Mean.Length * area; i++)
            {
                int channel = i / area, at = o * Mean.Length * area + i;
                kernels[at] = (float)(conv.Values[at] * Half / Deviation[channel]);
                constant += conv.Values[at] * (Half - Mean[channel]) / Deviation[channel];
            }
            means[o] = (float)(mean.Values[o] - constant);
        }
        weights["Conv.weight"] = new WeightTensor(conv.Shape, kernels);
        weights["Conv.bn.running_mean"] = new WeightTensor(mean.Shape, means);
    }

    private static IEnumerable<(TensorDeclaration Declared, string Name)> BackboneTensors(Network network)
    {
        foreach (var tensor in network.Tensors)
        {
            int dot = tensor.Name.LastIndexOf('.');
            string layer = tensor.Name[..dot], part = tensor.Name[dot..];
            bool norm = layer.EndsWith(".bn", StringComparison.Ordinal);
            if (TorchvisionNames.Of(norm ? layer[..^3] : layer) is var (conv, batchNorm))
            {
                yield return (tensor, (norm ? batchNorm : conv) + part);
            }
        }
    }

    private static bool IsBackbone(string name) => name.StartsWith("Conv", StringComparison.Ordinal) || name.StartsWith("expanded_conv", StringComparison.Ordinal);

    private static FormatException? Problem(WeightSet tensors, string name, IReadOnlyList<int> shape, string source) =>
        !tensors.TryGetValue(name, out var found) ? new FormatException($"{source}: tensor '{name}' {Text(shape)} is missing, expected all tensors of torchvision's mobilenet_v2 features")
        : !found.Shape.SequenceEqual(shape) ? new FormatException($"{source}: tensor '{name}' has shape {Text(found.Shape)}, expected {Text(shape)}")
        : FiniteValues.Problem(shape, found.Values) is { } problem ? new FormatException($"{source}: tensor '{name}' {problem}, expected finite numbers")
        : name.EndsWith(".running_var", StringComparison.Ordinal) && found.Values.Min() < 0 ? new FormatException($"{source}: tensor '{name}' has a variance below 0")
        : null;

    private static string Text(IReadOnlyList<int> shape) => $"[{string.Join(", ", shape)}]";
}
