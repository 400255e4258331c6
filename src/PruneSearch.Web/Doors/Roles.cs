namespace PruneSearch.Web.Doors;

/// <summary>What somebody may do.</summary>
internal static class Roles
{
    /// <summary>May look at everything.</summary>
    public const string Viewer = "viewer";

    /// <summary>Launches, resumes and cancels, too.</summary>
    public const string Operator = "operator";
}
