using System.Globalization;
using PruneSearch.Core.Networks;
using PruneSearch.Core.Settings;
using PruneSearch.Core.Stages;
using PruneSearch.Core.Weights;

namespace PruneSearch.Detection.Training;

/// <summary>What an optimizer knows at the end of a training, so that the next one need not find it out again.</summary>
/// <param name="Optimizer">What made it; the state of another one is of no use to it.</param>
/// <param name="Steps">Steps that made the state, over all trainings, at least 1.</param>
/// <param name="Tensors">State tensors, named after the weights that they belong to: <c>Conv.weight/exp_avg</c>.</param>
public sealed record OptimizerState(OptimizerKind Optimizer, int Steps, WeightSet Tensors)
{
    /// <summary>Writes it as one safetensors file.</summary>
    public void Write(Stream stream) => Safetensors.Write(stream, Tensors, new Dictionary<string, string>
    {
        ["optimizer"] = EnumNames.Of(Optimizer),
        ["steps"] = Steps.ToString(CultureInfo.InvariantCulture),
    });

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    /// <param name="stream">Seekable.</param>
    /// <param name="source">Where it comes from, for messages.</param>
    /// <exception cref="FormatException">It is damaged.</exception>
    public static OptimizerState Read(Stream stream, string source)
    {
        var metadata = Safetensors.ReadMetadata(stream, source);
        stream.Position = 0;
        string? optimizer = metadata.GetValueOrDefault("optimizer"), text = metadata.GetValueOrDefault("steps");
        return EnumNames.Find<OptimizerKind>(optimizer) is { } kind && int.TryParse(text, CultureInfo.InvariantCulture, out int steps) && steps > 0
            ? new OptimizerState(kind, steps, Safetensors.Read(stream, source))
            : throw new FormatException($"{source}: no optimizer state: metadata 'optimizer' is '{optimizer}' and 'steps' is '{text}'");
    }

    /// <summary>Checks that every tensor belongs to a trainable tensor of a network, has its shape and is finite.</summary>
    /// <exception cref="FormatException">One does not; the message names it.</exception>
    public void RequireFit(Network network, string source)
    {
        var shapes = network.Tensors.Where(t => t.Trainable).ToDictionary(t => t.Name, t => t.Shape, StringComparer.Ordinal);
        foreach (var (name, tensor) in Tensors)
        {
            string owner = name.LastIndexOf('/') is > 0 and var at ? name[..at] : name;
            if (!shapes.TryGetValue(owner, out var shape) || !shape.SequenceEqual(tensor.Shape))
            {
                throw new FormatException($"{source}: tensor '{name}' [{string.Join(", ", tensor.Shape)}] does not belong to this detector.");
            }
        }
        if (Tensors.NotFinite() is { } problem)
        {
            throw new FormatException($"{source}: {problem}, expected finite numbers.");
        }
    }
}
