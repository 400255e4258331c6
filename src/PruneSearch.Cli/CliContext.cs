using PruneSearch.Connections.Sessions;

namespace PruneSearch.Cli;

/// <summary>What the commands touch outside the program.</summary>
internal sealed record CliContext
{
    /// <summary>Standard output: results and progress.</summary>
    public required TextWriter Output { get; init; }

    /// <summary>Errors and warnings, one line each.</summary>
    public required TextWriter Error { get; init; }

    /// <summary>Whether the output is a terminal that understands escape codes.</summary>
    public required bool IsTerminal { get; init; }

    public required ISearchSessions Sessions { get; init; }

    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Time between two looks at a running search.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromMilliseconds(500);
}
