using PruneSearch.Core.Networks;

namespace PruneSearch.Detection.Import.Tflite;

/// <summary>Which of the two outputs each convolution reaches: those of the trunk reach both, those of a head one.</summary>
internal sealed class Reach(DetectorOutputs ends, Network network)
{
    private readonly HashSet<TfliteOperator> _makeBoxes = ends.Before(ends.Boxes, _ => true), _makeClasses = ends.Before(ends.Classes, _ => true);
    private readonly HashSet<string> _toBoxes = Layers(network, DetectorModel.BoxesOutput), _toClasses = Layers(network, DetectorModel.ClassesOutput);

    public (bool Boxes, bool Classes) Of(TfliteOperator operation) => (_makeBoxes.Contains(operation), _makeClasses.Contains(operation));

    public (bool Boxes, bool Classes) Of(Layer layer) => (_toBoxes.Contains(layer.Name), _toClasses.Contains(layer.Name));

    private static HashSet<string> Layers(Network network, string output)
    {
        var reached = network.Outputs.Single(o => o.Name == output).Heads.ToHashSet(StringComparer.Ordinal);
        foreach (var layer in network.Layers.Reverse().Where(l => reached.Contains(l.Name)))
        {
            reached.UnionWith(layer.Inputs);
        }
        return reached;
    }
}
