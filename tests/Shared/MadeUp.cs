using System.Text;
using PruneSearch.Core.Stages;

namespace PruneSearch.Tests;

/// <summary>Reports of stages whose figures are no measurements: what a test means it says, with arguments or <c>with</c>.</summary>
internal static class MadeUp
{
    /// <summary>The key that stands for a name.</summary>
    public static StageKey Key(string name) => StageKey.Of(Encoding.UTF8.GetBytes(name));

    /// <summary>The report of a model that lost a fifth of 1000 channels; the key follows from the figures where there is none.</summary>
    public static StageReport Report(double map50 = .5, double speedUp = 1, StageKey? key = null, LatencyReport? latency = null) => new()
    {
        Key = key ?? Key($"{map50}-{speedUp}"),
        Map50 = map50,
        Map = map50 / 2,
        ClassAp50 = new() { ["cat"] = map50 },
        Parameters = 1000,
        Macs = 100_000,
        ModelBytes = 4000,
        Latency = latency ?? Latency(speedUp),
        Channels = new(1000, 800),
        Seconds = new() { ["fine-tune"] = 8, ["evaluate"] = 2 },
        WeightsSha256 = "",
    };

    /// <summary>What a device says of a model beside a dense one of 20 ms, with an interval of twice the spread.</summary>
    public static LatencyReport Latency(double speedUp, double spread = 0, MeasuringDevice? device = null) => new()
    {
        Milliseconds = 20 / speedUp,
        Percentile90 = 21 / speedUp,
        DenseMilliseconds = 20,
        SpeedUp = speedUp,
        SpeedUpLow = speedUp - spread,
        SpeedUpHigh = speedUp + spread,
        Runs = 100,
        Converged = true,
        Device = device ?? new("Made-up, 2 cores", "ONNX Runtime", 1),
    };
}
