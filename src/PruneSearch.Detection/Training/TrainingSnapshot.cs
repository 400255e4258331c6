using System.Globalization;
using PruneSearch.Core.Weights;

namespace PruneSearch.Detection.Training;

/// <summary>
/// Everything that training needs to go on exactly where it stopped: weights, optimizer state, averaged weights and the
/// number of the next step. Data order and augmentation follow from the seed and the step number.
/// </summary>
/// <param name="Step">The next step.</param>
/// <param name="Weights">Weights before that step.</param>
/// <param name="Optimizer">Optimizer state.</param>
/// <param name="Average">Averaged weights; empty when averaging is off.</param>
/// <param name="Loss">Smoothed loss; NaN before the first step.</param>
/// <param name="FirstLoss">Loss of the first step; NaN before it.</param>
public sealed record TrainingSnapshot(int Step, WeightSet Weights, WeightSet Optimizer, WeightSet Average, double Loss, double FirstLoss)
{
    private const string WeightsPrefix = "weights:", OptimizerPrefix = "optimizer:", AveragePrefix = "average:";

    /// <summary>
    /// The numbers of threads that the steps so far were computed with, on a CPU: more than one, and the weights are those of none of them alone.
    /// </summary>
    public IReadOnlyList<int> Threads { get; init; } = [];

    /// <summary>Writes it as one safetensors file.</summary>
    public void Write(Stream stream)
    {
        var all = new WeightSet();
        foreach (var (prefix, part) in ((string, WeightSet)[])[(WeightsPrefix, Weights), (OptimizerPrefix, Optimizer), (AveragePrefix, Average)])
        {
            foreach (var (name, tensor) in part)
            {
                all.Add(prefix + name, tensor);
            }
        }
        Safetensors.Write(stream, all, new Dictionary<string, string>
        {
            ["step"] = Step.ToString(CultureInfo.InvariantCulture),
            ["loss"] = Loss.ToString("R", CultureInfo.InvariantCulture),
            ["first-loss"] = FirstLoss.ToString("R", CultureInfo.InvariantCulture),
            ["threads"] = string.Join(',', Threads),
        });
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    /// <param name="stream">Seekable.</param>
    /// <param name="source">Where it comes from, for messages.</param>
    /// <exception cref="FormatException">It is damaged, or a value is not finite.</exception>
    public static TrainingSnapshot Read(Stream stream, string source)
    {
        var metadata = Safetensors.ReadMetadata(stream, source);
        stream.Position = 0;
        var all = Safetensors.Read(stream, source);
        if (all.NotFinite() is { } problem)
        {
            throw new FormatException($"{source}: no state to go on from: {problem}");
        }
        if (!int.TryParse(metadata.GetValueOrDefault("step"), CultureInfo.InvariantCulture, out int step) || step < 0)
        {
            throw new FormatException($"{source}: no training snapshot: metadata 'step' is '{metadata.GetValueOrDefault("step")}'");
        }
        return new TrainingSnapshot(step, Part(all, WeightsPrefix), Part(all, OptimizerPrefix), Part(all, AveragePrefix), Number(metadata, "loss"),
            Number(metadata, "first-loss"))
        {
            Threads = [.. (metadata.GetValueOrDefault("threads") ?? "").Split(',')
                .Select(t => int.TryParse(t, CultureInfo.InvariantCulture, out int threads) ? threads : 0).Where(t => t > 0)],
        };
    }

    private static double Number(IReadOnlyDictionary<string, string> metadata, string name) =>
        double.TryParse(metadata.GetValueOrDefault(name), CultureInfo.InvariantCulture, out double value) ? value : double.NaN;

    private static WeightSet Part(WeightSet all, string prefix)
    {
        var part = new WeightSet();
        foreach (var (name, tensor) in all.Where(t => t.Key.StartsWith(prefix, StringComparison.Ordinal)))
        {
            part.Add(name[prefix.Length..], tensor);
        }
        return part;
    }
}
