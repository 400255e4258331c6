namespace PruneSearch.Cluster.Stages;

/// <summary>What a stage keeps across restarts. Its report stands in the checkpoint store, its waiters ask again.</summary>
[GenerateSerializer, Alias("prunesearch.StageRecord")]
internal sealed class StageRecord
{
    /// <summary>Epoch of the last lease.</summary>
    [Id(0)]
    public long Epoch { get; set; }

    /// <summary>How often a worker started it and did not give it back in good order, for whoever looks at the record.</summary>
    [Id(1)]
    public int Attempts { get; set; }

    /// <summary>Attempts since one got further than all before it, however they ended.</summary>
    [Id(2)]
    public int Strikes { get; set; }

    /// <summary>Furthest optimizer step that an attempt told.</summary>
    [Id(3)]
    public int FurthestStep { get; set; }

    /// <summary>Why it failed for good; <see langword="null"/> when it did not.</summary>
    [Id(4)]
    public string? Failure { get; set; }

    /// <summary>Why the last attempt did not succeed.</summary>
    [Id(5)]
    public string? LastReason { get; set; }

    /// <summary>Those of them that threw.</summary>
    [Id(6)]
    public int Failures { get; set; }

    /// <summary>Last lines of the log of the worker where the last attempt did not succeed.</summary>
    [Id(7)]
    public string? LogTail { get; set; }

    /// <summary>The worker that has the lease; <see langword="null"/> when none has.</summary>
    [Id(8)]
    public string? Holder { get; set; }

    /// <summary>The worker to which the last lease was given.</summary>
    [Id(9)]
    public string? Grantee { get; set; }

    /// <summary>The last lease's secret.</summary>
    [Id(10)]
    public Guid Secret { get; set; }

    /// <summary>When the last lease was given; <see langword="null"/> when its attempt has been closed in the trace.</summary>
    [Id(11)]
    public DateTimeOffset? Granted { get; set; }

    /// <summary>When it was first wanted.</summary>
    [Id(12)]
    public DateTimeOffset? Queued { get; set; }

    /// <summary>W3C trace context of its span, in the trace of the search that wanted it first.</summary>
    [Id(13)]
    public string? TraceParent { get; set; }
}
