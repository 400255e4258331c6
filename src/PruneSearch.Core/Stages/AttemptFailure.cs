namespace PruneSearch.Core.Stages;

/// <summary>What an attempt at a stage failed of, and so what is done next.</summary>
public enum FailureKind
{
    /// <summary>The stage threw: it is tried again a few times.</summary>
    Stage,

    /// <summary>The stage would fail again in the same way: it is not tried again.</summary>
    Final,

    /// <summary>A full disk, a store that does not answer, too little memory: no fault of the stage. It does not count as an attempt.</summary>
    Place,
}

/// <summary>How an attempt at a stage failed.</summary>
[GenerateSerializer, Alias("prunesearch.AttemptFailure")]
public sealed record AttemptFailure
{
    /// <summary>What it failed of: whether it is tried again and whether it counts as an attempt follow from that.</summary>
    [Id(0)]
    public required FailureKind Kind { get; init; }

    /// <summary>Why, for the user, in one line.</summary>
    [Id(1)]
    public required string Reason { get; init; }

    /// <summary>Last lines of the worker's log.</summary>
    [Id(2)]
    public string? LogTail { get; init; }

    /// <summary>Optimizer steps that it had done: whether it got further than attempts before it.</summary>
    [Id(3)]
    public int Step { get; init; }
}
