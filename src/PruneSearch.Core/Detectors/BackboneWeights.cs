using PruneSearch.Core.Weights;

namespace PruneSearch.Core.Detectors;

/// <summary>
/// What a detector can begin with of the weights of another one, of whatever family: the tensors that both have by name and shape, from the
/// detector's first convolution on, up to the first that the file does not have or that belongs to a prediction.
/// </summary>
public sealed class BackboneWeights
{
    private BackboneWeights(DetectorModel model, WeightSet tensors, string last) => (Model, Tensors, LastLayer) = (model, tensors, last);

    /// <summary>The detector that the tensors are part of: without batch norms where the file has them folded.</summary>
    public DetectorModel Model { get; }

    /// <summary>The tensors that are taken, under the names that both have.</summary>
    public WeightSet Tensors { get; }

    /// <summary>The last layer that has its tensors from the file.</summary>
    public string LastLayer { get; }

    /// <summary>Finds what a detector can take.</summary>
    /// <param name="file">All tensors of the file.</param>
    /// <param name="source">Where they come from, for messages.</param>
    /// <exception cref="FormatException">
    /// None fits, one has another shape, a layer is not whole, or a value is not finite; the message names the tensor and what was expected.
    /// </exception>
    public static BackboneWeights Take(DetectorSpec spec, WeightSet file, string source)
    {
        var model = DetectorCatalog.Build(spec);
        if (spec.BatchNorm && !model.Network.Tensors.Any(t => !t.Trainable && file.ContainsKey(t.Name)))
        {
            model = DetectorCatalog.Build(spec with { BatchNorm = false });
        }
        var predictions = model.Network.Outputs.SelectMany(o => o.Heads).ToHashSet();
        var wanted = model.Network.Tensors;
        int count = wanted.TakeWhile(t => file.ContainsKey(t.Name) && !predictions.Contains(LayerOf(t.Name))).Count();
        if (count == 0)
        {
            string names = string.Join(", ", file.Keys.Take(3).Select(k => $"'{k}'"));
            throw new FormatException($"{source}: has no backbone for this detector: its tensors are called {names}…, "
                + $"expected '{wanted[0].Name}' {Text(wanted[0].Shape)} and what follows it in {spec.Describe()}");
        }
        string last = LayerOf(wanted[count - 1].Name);
        if (count < wanted.Count && LayerOf(wanted[count].Name) == last)
        {
            throw new FormatException(
                $"{source}: tensor '{wanted[count].Name}' {Text(wanted[count].Shape)} is missing, expected all tensors of layer '{last}'");
        }
        var taken = new WeightSet();
        foreach (var tensor in wanted.Take(count))
        {
            var found = file[tensor.Name];
            taken.Add(tensor.Name, found.Shape.SequenceEqual(tensor.Shape) ? found
                : throw new FormatException($"{source}: tensor '{tensor.Name}' has shape {Text(found.Shape)}, "
                    + $"expected {Text(tensor.Shape)} for the backbone of {spec.Describe()}"));
            if (FiniteValues.Problem(found.Shape, found.Values) is { } problem)
            {
                throw new FormatException($"{source}: tensor '{tensor.Name}' {problem}, expected finite numbers");
            }
            if (tensor.Name.EndsWith(".running_var", StringComparison.Ordinal) && found.Values.Min() < 0)
            {
                throw new FormatException($"{source}: tensor '{tensor.Name}' has a variance below 0");
            }
        }
        return new BackboneWeights(model, taken, last);
    }

    private static string LayerOf(string tensor) => tensor[..tensor.LastIndexOf('.')];

    private static string Text(IReadOnlyList<int> shape) => $"[{string.Join(", ", shape)}]";
}
