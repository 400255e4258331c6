using PruneSearch.Core.Detectors;
using PruneSearch.Core.Networks;

namespace PruneSearch.Detection.Import.Tflite;

/// <summary>Which of the two outputs each convolution reaches: those of the trunk reach both, those of a head one.</summary>
internal sealed class Reach
{
    private readonly Dictionary<TfliteOperator, (bool Boxes, bool Classes)> _operations = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<string, (bool Boxes, bool Classes)> _layers = new(StringComparer.Ordinal);

    public Reach(TfliteModel file, DetectorOutputs ends, Network network)
    {
        var makers = new Dictionary<int, TfliteOperator>();
        foreach (var operation in file.Operators)
        {
            foreach (int output in operation.Outputs)
            {
                makers[output] = operation;
            }
        }
        var boxes = Operations(makers, ends.Boxes);
        var classes = Operations(makers, ends.Classes);
        foreach (var operation in file.Operators)
        {
            _operations[operation] = (boxes.Contains(operation), classes.Contains(operation));
        }
        var toBoxes = Layers(network, DetectorModel.BoxesOutput);
        var toClasses = Layers(network, DetectorModel.ClassesOutput);
        foreach (var layer in network.Layers)
        {
            _layers[layer.Name] = (toBoxes.Contains(layer.Name), toClasses.Contains(layer.Name));
        }
    }

    public (bool Boxes, bool Classes) Of(TfliteOperator operation) => _operations[operation];

    public (bool Boxes, bool Classes) Of(Layer layer) => _layers[layer.Name];

    private static HashSet<TfliteOperator> Operations(Dictionary<int, TfliteOperator> makers, int end)
    {
        var reached = new HashSet<TfliteOperator>(ReferenceEqualityComparer.Instance);
        var open = new Stack<int>([end]);
        while (open.TryPop(out int tensor))
        {
            if (makers.TryGetValue(tensor, out var maker) && reached.Add(maker))
            {
                foreach (int input in maker.Inputs)
                {
                    open.Push(input);
                }
            }
        }
        return reached;
    }

    private static HashSet<string> Layers(Network network, string output)
    {
        var reached = new HashSet<string>(StringComparer.Ordinal);
        var open = new Stack<string>(network.Outputs.Single(o => o.Name == output).Heads);
        while (open.TryPop(out string? name))
        {
            if (reached.Add(name))
            {
                foreach (string input in network[name].Inputs)
                {
                    open.Push(input);
                }
            }
        }
        return reached;
    }
}
