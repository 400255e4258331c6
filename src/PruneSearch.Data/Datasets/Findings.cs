namespace PruneSearch.Data.Datasets;

/// <summary>What a reader left out, changed or took on trust: counted by kind, the first of each kind named.</summary>
internal sealed class Findings
{
    private const int Named = 3;

    private readonly SortedDictionary<string, (int Count, string One, List<string> First)> _kinds = new(StringComparer.Ordinal);

    /// <summary>One line for each kind.</summary>
    public IReadOnlyList<string> Lines =>
        [.. _kinds.Select(k => $"{k.Value.Count} {(k.Value.Count == 1 ? k.Value.One : k.Key)} (first: {string.Join(", ", k.Value.First)})")];

    /// <param name="one">What a line says about one of the kind, after the number 1.</param>
    /// <param name="several">What it says about several.</param>
    /// <param name="name">Which one it is.</param>
    public void Add(string one, string several, string name)
    {
        if (!_kinds.TryGetValue(several, out var kind))
        {
            kind = (0, one, []);
        }
        if (kind.First.Count < Named)
        {
            kind.First.Add(name);
        }
        _kinds[several] = kind with { Count = kind.Count + 1 };
    }
}
