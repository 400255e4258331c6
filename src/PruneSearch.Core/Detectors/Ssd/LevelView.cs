using PruneSearch.Core.Networks;

namespace PruneSearch.Core.Detectors.Ssd;

/// <summary>How the positions of a level look at the input.</summary>
/// <param name="InputSize">Edge of the input in pixels.</param>
/// <param name="Ahead">How far the middle of the input lies before the middle of what they look at on the average, in pixels; negative behind it.</param>
internal sealed record LevelView(int InputSize, int Positions, double Ahead)
{
    /// <summary>Follows the layers from the input to a level.</summary>
    /// <param name="network">A network whose layers up to the level have one input each, or inputs that look at the same places.</param>
    /// <param name="layer">The layer of the level.</param>
    /// <param name="inputSize">Edge of the input in pixels.</param>
    public static LevelView Of(Network network, string layer, int inputSize)
    {
        var level = network[layer];
        var path = new Stack<Layer>();
        for (var at = level; at.Inputs.Count > 0; at = network[at.Inputs[0]])
        {
            path.Push(at);
        }
        double first = 0.5, step = 1; // what the first position looks at, and how far the next one's place is from it
        foreach (var conv in path.OfType<ConvLayer>())
        {
            first += step * ((conv.Kernel - 1) / 2.0 - conv.Padding.Left);
            step *= conv.Stride;
        }
        return new LevelView(inputSize, level.Height * level.Width, inputSize / 2.0 - (first + step * (level.Width - 1) / 2));
    }
}
