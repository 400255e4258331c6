using PruneSearch.Core.Searches;

namespace PruneSearch.Connections.Sessions;

/// <summary>Shows a search that is followed.</summary>
public interface IProgressView
{
    /// <summary>How it stands now.</summary>
    void Show(SearchStatus status);

    /// <summary>Nobody answers; called now and then until somebody does.</summary>
    void ShowLost(LostContact lost);
}
