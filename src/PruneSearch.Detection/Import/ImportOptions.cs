using PruneSearch.Core.Detectors.Rules;
using PruneSearch.Core.Settings;

namespace PruneSearch.Detection.Import;

/// <summary>What a file of weights does not tell.</summary>
public sealed record ImportOptions
{
    /// <summary>The family to look for; <see langword="null"/> tries all of them.</summary>
    public string? Architecture { get; init; }

    /// <summary>Class names in output order, without the background; <see langword="null"/> makes names up.</summary>
    public IReadOnlyList<string>? Classes { get; init; }

    /// <summary>How class outputs become scores; <see langword="null"/> for what the file shows, the family's default where it shows nothing.</summary>
    public ScoreFunction? Scores { get; init; }

    /// <summary>Edge of the square input in pixels, 32 to 4096, for files that do not tell it; <see langword="null"/> for the family's default.</summary>
    public int? InputSize { get; init; }

    /// <summary>Seed of tensors that the file does not have.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>
    /// For a PyTorch backbone: whether it was trained on pictures normalised as its names say. The first convolution is then
    /// changed to give the same from pictures as this program's detector takes them.
    /// </summary>
    public bool ForeignNormalisation { get; init; } = true;

    /// <summary>The families to look for.</summary>
    /// <exception cref="ArgumentException">There is none of that name.</exception>
    internal IReadOnlyList<IDetectorFamily> Families => Architecture is { } name ? [DetectorCatalog.Find(name)] : DetectorCatalog.Families;

    /// <summary>A family's template with what these options say.</summary>
    /// <exception cref="ArgumentException">The family has no such choice.</exception>
    internal DetectorSpec Apply(DetectorSpec template)
    {
        var spec = template with { InputSize = InputSize ?? template.InputSize };
        return Scores is { } scores ? spec.WithOption("scores", EnumNames.Of(scores)) : spec;
    }

    internal IReadOnlyList<string> ClassesFor(int count, string source) =>
        Classes is null ? [.. Enumerable.Range(1, count).Select(i => $"class-{i}")]
        : Classes.Count == count ? Classes
        : throw new FormatException($"{source}: there are {Classes.Count} class names, expected {count}, as many as the weights have class outputs but for " +
            "the background's");

    internal IReadOnlyList<string> Notes(DetectorSpec spec, string format) =>
    [
        $"{format}: {spec.Describe()}",
        .. Classes is null ? [$"no class names were given: they are {spec.Classes[0]} to {spec.Classes[^1]}, and none will be found again in the data"]
        : (string[])[],
    ];
}
