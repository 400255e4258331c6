using Microsoft.Extensions.DependencyInjection;
using PruneSearch.Connections.Cleaning;

namespace PruneSearch.Cluster.Hosting;

/// <summary>How a search runs within one process.</summary>
public sealed record EmbeddedHostOptions
{
    /// <summary>Folder of everything that must survive: grain state, checkpoints, logs. Made if need be.</summary>
    public required string Home { get; init; }

    /// <summary>Whether this process works on stages. Otherwise it only answers, and needs no <c>IStageRunner</c>.</summary>
    public bool RunSlot { get; init; } = true;

    /// <summary>
    /// Whether it stays, without stages too, and lets other processes ask meanwhile; who disposes of it when another process wants to work is its owner.
    /// </summary>
    internal bool KeepsOpen { get; init; }

    /// <summary>Whose stages the slot takes, at least one.</summary>
    public IReadOnlyList<string> DeviceClasses { get; init; } = [Core.Stages.DeviceClasses.Cpu];

    /// <summary>Registers the <c>IStageRunner</c> and what it needs. The <c>ICheckpointStore</c> is registered already.</summary>
    public Action<IServiceCollection>? ConfigureServices { get; init; }

    /// <summary>
    /// What is deleted by itself of what no search needs any more, while this process works on stages; what the home's settings say by default.
    /// </summary>
    public RetentionRule? Retention { get; init; }

    /// <summary>How long the parts wait for each other.</summary>
    public ClusterTimings Timings { get; init; } = new();

    /// <summary>Tells the time; tests have one of their own.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
