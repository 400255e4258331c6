using PruneSearch.Core.Networks;

namespace PruneSearch.Core.Detectors.RetinaNet;

/// <summary>Adds heads to all levels. The first level has the tensors, the others share them: all but norms that each level has of its own.</summary>
/// <param name="network">What they are added to.</param>
/// <param name="options">How deep they are, and of what convolutions and norms.</param>
/// <param name="batchNorm">Whether the network has batch norms at all.</param>
internal sealed class RetinaNetHeads(NetworkBuilder network, RetinaNetOptions options, bool batchNorm)
{
    private const int FirstLevel = 3;

    private readonly HeadNorms _norms = batchNorm ? options.HeadNorms : HeadNorms.None;

    /// <summary>Adds a head to each level; gives the predictions.</summary>
    public List<string> Add(string head, string prediction, IReadOnlyList<string> levels, int outputs)
    {
        var predictions = new List<string>();
        var ends = Enumerable.Range(0, options.HeadDepth).Select(_ => new List<BlockEnd>()).ToList();
        for (int level = 0; level < levels.Count; level++)
        {
            string x = levels[level];
            for (int i = 0; i < options.HeadDepth; i++)
            {
                string name = $"{head}.conv.{i}";
                var group = network.Group(name, ChannelGroupKind.Head, options.PyramidWidth);
                string end = Finish(name, Spatial(name, x, ChannelLayout.Of(group), level, bias: _norms == HeadNorms.None), level);
                ends[i].Add(new(end, x));
                x = end;
            }
            predictions.Add(Spatial($"{head}.{prediction}", x, ChannelLayout.Fixed(outputs), level, bias: true));
        }
        for (int i = 1; i < options.HeadDepth; i++) // the first reads the pyramid, which has values below zero
        {
            network.Omissible($"{head}.conv.{i}", ends[i]);
        }
        return predictions;
    }

    private static string At(string name, int level) => level == 0 ? name : $"{name}@p{FirstLevel + level}";

    private string Spatial(string name, string input, ChannelLayout output, int level, bool bias)
    {
        bool separable = options.Heads == HeadConvolutions.Separable;
        if (separable)
        {
            string depthwise = name + ".depthwise";
            string x = level == 0 ? network.Depthwise(depthwise, input, 3, 1, options.Padding, bias: _norms == HeadNorms.None)
                : network.SharedConv(At(depthwise, level), input, depthwise, options.Padding);
            input = Finish(depthwise, x, level);
        }
        return level == 0 ? network.Conv(name, input, output, separable ? 1 : 3, 1, options.Padding, bias)
            : network.SharedConv(At(name, level), input, name, options.Padding);
    }

    private string Finish(string name, string conv, int level)
    {
        string norm = name + ".bn", own = At(norm, level);
        string x = _norms == HeadNorms.None ? conv
            : _norms == HeadNorms.PerLevel || level == 0 ? network.BatchNorm(own, conv)
            : network.SharedBatchNorm(own, conv, norm);
        return network.Activation(At(name, level) + ".relu", x, ActivationFunction.Relu);
    }
}
