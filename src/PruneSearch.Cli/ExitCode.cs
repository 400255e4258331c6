namespace PruneSearch.Cli;

/// <summary>What the process tells its caller.</summary>
internal static class ExitCode
{
    public const int Ok = 0;

    /// <summary>The search failed or was cancelled, the cluster, its database or its store cannot be reached, or something unexpected happened.</summary>
    public const int Failed = 1;

    /// <summary>The input is wrong: arguments, search file, data, weights, a folder that cannot be written.</summary>
    public const int BadInput = 2;

    /// <summary>The search completed, but some of its trajectories failed.</summary>
    public const int PartlyFailed = 3;

    /// <summary>A stage hangs and does not let go of its slot: only the end of the process frees it. Starting again goes on.</summary>
    public const int Stuck = 4;

    /// <summary>Interrupted by the user (128 + SIGINT).</summary>
    public const int Interrupted = 130;
}
