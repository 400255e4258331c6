namespace PruneSearch.Pruning.Importance;

/// <summary>Every criterion that a search file can name.</summary>
public static class ImportanceCatalog
{
    /// <summary>The criterion whose scores are what the error that removing a channel leaves does to the detections.</summary>
    public const string Obs = "obs";

    private static readonly SortedDictionary<string, (Func<IImportance> Make, bool NeedsImages)> Criteria = new(StringComparer.Ordinal)
    {
        ["l1"] = (() => new NormImportance(1, readers: false), false),
        ["l2"] = (() => new NormImportance(2, readers: false), false),
        ["l1-readers"] = (() => new NormImportance(1, readers: true), false),
        ["l2-readers"] = (() => new NormImportance(2, readers: true), false),
        ["bn"] = (() => new BatchNormImportance(), false),
        ["fpgm"] = (() => new GeometricMedianImportance(), false),
        ["random"] = (() => new RandomImportance(), false),
        ["taylor"] = (() => new TaylorImportance(fisher: false), true),
        ["fisher"] = (() => new TaylorImportance(fisher: true), true),
        ["activation"] = (() => new ActivationImportance(), true),
        [Obs] = (() => new ObsImportance(), true),
    };

    /// <summary>Names of all criteria.</summary>
    public static IReadOnlyCollection<string> Names => Criteria.Keys;

    /// <summary>Whether a criterion looks at calibration pictures.</summary>
    /// <exception cref="ArgumentException">The criterion is unknown.</exception>
    public static bool NeedsImages(string name) => Find(name).NeedsImages;

    /// <summary>The criterion called <paramref name="name"/>.</summary>
    /// <exception cref="ArgumentException">The criterion is unknown; the message lists those there are.</exception>
    public static IImportance Create(string name) => Find(name).Make();

    private static (Func<IImportance> Make, bool NeedsImages) Find(string name) =>
        Criteria.TryGetValue(name, out var found) ? found
            : throw new ArgumentException($"Unknown importance criterion '{name}'; expected one of {string.Join(", ", Criteria.Keys)}.");
}
