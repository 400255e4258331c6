using PruneSearch.Core.Searches;

namespace PruneSearch.Cli.Following;

/// <summary>Shows a search that is followed.</summary>
internal interface IProgressView
{
    void Show(SearchStatus status);

    /// <summary>Nobody answers; called now and then until somebody does.</summary>
    void ShowLost(LostContact lost);
}

/// <summary>Nobody answers.</summary>
/// <param name="Since">When somebody answered last.</param>
/// <param name="Reason">What the last call failed of; <see langword="null"/> while it is still waiting.</param>
internal sealed record LostContact(DateTimeOffset Since, string? Reason);
