namespace PruneSearch.Core.Stages;

/// <summary>A stage that a worker holds the lease of.</summary>
/// <param name="Key">The stage's key.</param>
/// <param name="Description">What to do.</param>
/// <param name="Epoch">The lease's epoch: part of every snapshot's name.</param>
public sealed record StageJob(StageKey Key, StageDescription Description, long Epoch);

/// <summary>How far a running stage is.</summary>
[GenerateSerializer, Alias("prunesearch.StageProgress")]
public sealed record StageProgress
{
    /// <summary>The part that runs: restore, prune, recalibrate, fine-tune, evaluate, export, measure, quantise, save.</summary>
    [Id(0)]
    public required string Part { get; init; }

    /// <summary>Optimizer steps of its fine-tuning that are done.</summary>
    [Id(1)]
    public int Step { get; init; }

    /// <summary>Optimizer steps in all; 0 when the stage trains nothing.</summary>
    [Id(2)]
    public int Steps { get; init; }

    /// <summary>Smoothed training loss; <see langword="null"/> before the first step.</summary>
    [Id(3)]
    public double? Loss { get; init; }

    /// <summary>Training speed; <see langword="null"/> before it is known.</summary>
    [Id(4)]
    public double? ImagesPerSecond { get; init; }

    /// <summary>What keeps it waiting, a store that does not answer for example; <see langword="null"/> while it works.</summary>
    [Id(5)]
    public string? Note { get; init; }
}

/// <summary>Does the work of a stage.</summary>
public interface IStageRunner
{
    /// <summary>
    /// Runs a stage on the calling thread, from its last snapshot if there is one, and saves its detector, weights and
    /// exported model under its key. The report is returned, not saved: whoever holds the lease publishes it.
    /// Running a stage again gives the same weights. Calls of <paramref name="progress"/> and of <see cref="Heartbeat.Beat"/> are its
    /// signs of life: between two of them no more time may pass than the slot allows for the part.
    /// </summary>
    /// <exception cref="OperationCanceledException">The lease was lost or the search cancelled.</exception>
    /// <exception cref="InputUnavailableException">This worker cannot get at the stage's inputs; another one may.</exception>
    /// <exception cref="StageFailedException">The stage cannot succeed as described; trying again would not help.</exception>
    StageReport Run(StageJob job, Action<StageProgress> progress, CancellationToken cancellation);
}

/// <summary>
/// A stage that would fail again in the same way: impossible pruning target, damaged input. With <see cref="IsFinal"/> off, one that may succeed: diverged
/// loss.
/// </summary>
/// <param name="message">Tells why.</param>
/// <param name="inner">The error behind it.</param>
public sealed class StageFailedException(string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>Whether trying again would not help. True by default.</summary>
    public bool IsFinal { get; init; } = true;
}
