namespace PruneSearch.Core.Grains;

/// <summary>Who may call a method of a grain from outside the silos. Silos may call every method; nobody else may call one that says nothing.</summary>
public enum Callers
{
    /// <summary>Silos alone: what grains say to each other.</summary>
    Silos,

    /// <summary>Workers, of what concerns themselves: the name of the worker that they give must be the one in their certificate.</summary>
    Workers,

    /// <summary>Operators: whoever may launch, stop and change searches.</summary>
    Operators,

    /// <summary>Viewers and operators: whoever may look.</summary>
    Viewers,
}
