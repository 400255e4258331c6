using PruneSearch.Core.Stages;

namespace PruneSearch.Inference.Latency;

/// <summary>A loaded model that can be timed.</summary>
public interface ILatencyEngine : IDisposable
{
    /// <summary>What it runs on.</summary>
    MeasuringDevice Device { get; }

    /// <summary>Runs the network on one picture and returns when the result is there (a GPU is waited for).</summary>
    void Run();
}
