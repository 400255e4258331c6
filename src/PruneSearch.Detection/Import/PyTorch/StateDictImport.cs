using PruneSearch.Core.Detectors.Rules;
using PruneSearch.Core.Networks;
using PruneSearch.Core.Weights;

namespace PruneSearch.Detection.Import.PyTorch;

/// <summary>
/// Takes a detector or its backbone out of a PyTorch state dict with another program's names, behind any prefix
/// (<c>backbone.features.0.0.weight</c>). Tensors with this project's names, for what those files do not have, are taken as well;
/// those that are in neither form start random.
/// </summary>
internal sealed class StateDictImport
{
    private readonly IDetectorFamily _family;
    private readonly ForeignNames _names;
    private readonly WeightSet _tensors;
    private readonly ImportOptions _options;
    private readonly string _prefix, _source;

    private StateDictImport(IDetectorFamily family, ForeignNames names, WeightSet tensors, string prefix, string source, ImportOptions options) =>
        (_family, _names, _tensors, _prefix, _source, _options) = (family, names, tensors, prefix, source, options);

    /// <summary>What reads a set of tensors; <see langword="null"/> when their names are nobody's.</summary>
    public static StateDictImport? For(WeightSet tensors, string source, ImportOptions options) => (
        from family in options.Families
        from names in family.Foreign
        let first = tensors.Keys.FirstOrDefault(k => k.EndsWith(names.First, StringComparison.Ordinal))
        where first is not null
        select new StateDictImport(family, names, tensors, first[..^names.First.Length], source, options)).FirstOrDefault();

    /// <param name="format">What the file is, for the notes.</param>
    /// <exception cref="FormatException">A tensor is missing, has another shape or a value that is not finite; the message names it and what was
    /// expected.</exception>
    public ImportedDetector Read(string format = "PyTorch state dict")
    {
        var template = _options.Apply(_names.Template);
        var member = _family.Build(template);
        template = template with
        {
            Classes = Name(OwnNamesImport.ClassHead(member).Weight) is { } head && _tensors.ContainsKey(head)
            ? _options.ClassesFor(OwnNamesImport.ClassCount(member, head, _tensors, _source), _source) : _options.Classes ?? template.Classes
        };
        var model = Nearest(_family.Told(template, tensor => _tensors.GetValueOrDefault(Name(tensor) ?? tensor)?.Shape));
        var weights = RandomWeights.For(model, _options.Seed);
        foreach (var (declared, name) in Named(model.Network))
        {
            var tensor = Problem(name, declared.Shape) is { } problem ? throw problem : _tensors[name];
            weights[declared.Name] = _names.Convert?.Invoke(declared.Name, tensor) ?? tensor;
        }
        int taken = Others(model.Network, weights);
        Rescale(model.Network, weights);
        if (_names.Input is { } input && _options.ForeignNormalisation)
        {
            TakePictures(model, input, weights);
        }
        weights.RequireFit(model.Network, _source);
        int others = model.Network.Tensors.Count(t => Name(t.Name) is null);
        return new ImportedDetector(model, weights,
        [
            .. _options.Notes(model.Spec, format),
            .. others == 0 ? [] : (string[])[taken == others ? "what such files do not have comes from the file too, by this program's names"
                : $"the backbone comes from the file, and {taken} of {others} other tensors; the others start random, with seed {_options.Seed}"],
        ]);
    }

    // The member with the most of the file's tensors; tensors with this project's names decide between equals.
    private DetectorModel Nearest(DetectorSpec template)
    {
        int Fitting(DetectorModel m) => Named(m.Network).Count(t => Problem(t.Name, t.Declared.Shape) is null)
            + m.Network.Tensors.Count(t => _tensors.TryGetValue(t.Name, out var found) && found.Shape.SequenceEqual(t.Shape));
        return _family.Variants(template).Select(DetectorCatalog.Build).MaxBy(Fitting)!;
    }

    private int Others(Network network, WeightSet weights)
    {
        int taken = 0;
        foreach (var declared in network.Tensors.Where(t => Name(t.Name) is null && _tensors.ContainsKey(t.Name)))
        {
            weights[declared.Name] = Problem(declared.Name, declared.Shape) is { } problem ? throw problem : _tensors[declared.Name];
            taken++;
        }
        return taken;
    }

    // The same function with this network's epsilon.
    private void Rescale(Network network, WeightSet weights)
    {
        foreach (var norm in network.Layers.OfType<BatchNormLayer>().Where(l => Name(l.Name + ".weight") is not null && _names.Epsilon is not null))
        {
            float[] variance = weights[norm.Name + ".running_var"].Values;
            var scale = weights[norm.Name + ".weight"];
            weights[norm.Name + ".weight"] = new WeightTensor(
                scale.Shape, [.. scale.Values.Select((s, c) => (float)(s * Math.Sqrt((variance[c] + norm.Epsilon) / (variance[c] + _names.Epsilon!.Value))))]);
        }
    }

    // What they call x is scale · y + shift of what this detector takes as y. The constant part goes through the first convolution
    // and ends in the mean that its batch norm subtracts. (At the border another colour is padded: a few hundredths there.)
    private static void TakePictures(DetectorModel model, InputRule theirs, WeightSet weights)
    {
        var first = model.Network.Layers.OfType<ConvLayer>().First();
        var norm = model.Network.Layers.OfType<BatchNormLayer>().First(l => l.Inputs[0] == first.Name);
        var conv = weights[first.Weight];
        var mean = weights[norm.Name + ".running_mean"];
        int channels = conv.Shape[1], area = conv.Shape[2] * conv.Shape[3];
        float[] kernels = new float[conv.Values.Length], means = new float[mean.Values.Length];
        for (int o = 0; o < means.Length; o++)
        {
            double constant = 0;
            for (int i = 0; i < channels * area; i++)
            {
                int channel = i / area, at = o * channels * area + i;
                kernels[at] = (float)(conv.Values[at] * model.Input.Deviation[channel] / theirs.Deviation[channel]);
                constant += conv.Values[at] * (model.Input.Mean[channel] - theirs.Mean[channel]) / theirs.Deviation[channel];
            }
            means[o] = (float)(mean.Values[o] - constant);
        }
        weights[first.Weight] = new WeightTensor(conv.Shape, kernels);
        weights[norm.Name + ".running_mean"] = new WeightTensor(mean.Shape, means);
    }

    private IEnumerable<(TensorDeclaration Declared, string Name)> Named(Network network) =>
        from tensor in network.Tensors
        let name = Name(tensor.Name)
        where name is not null
        select (tensor, name);

    private string? Name(string tensor) => _names.Of(tensor) is { } name ? _prefix + name : null;

    private FormatException? Problem(string name, IReadOnlyList<int> shape) =>
        !_tensors.TryGetValue(name, out var found)
        ? new FormatException($"{_source}: tensor '{name}' {Text(shape)} is missing, expected all tensors of {_names.Program}")
        : !found.Shape.SequenceEqual(shape) ? new FormatException($"{_source}: tensor '{name}' has shape {Text(found.Shape)}, expected {Text(shape)}")
        : FiniteValues.Problem(shape, found.Values) is { } problem ? new FormatException($"{_source}: tensor '{name}' {problem}, expected finite numbers")
        : name.EndsWith(".running_var", StringComparison.Ordinal) && found.Values.Min() < 0
        ? new FormatException($"{_source}: tensor '{name}' has a variance below 0")
        : null;

    private static string Text(IReadOnlyList<int> shape) => $"[{string.Join(", ", shape)}]";
}
