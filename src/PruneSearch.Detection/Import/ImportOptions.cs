using PruneSearch.Core.Detectors;

namespace PruneSearch.Detection.Import;

/// <summary>What a file of weights does not tell.</summary>
public sealed record ImportOptions
{
    /// <summary>Class names in output order, without the background; <see langword="null"/> makes names up.</summary>
    public IReadOnlyList<string>? Classes { get; init; }

    /// <summary>How class outputs become scores; <see langword="null"/> for what the file shows, sigmoid where it shows nothing.</summary>
    public ScoreFunction? Scores { get; init; }

    /// <summary>Edge of the square input in pixels, 32 to 4096, for files that do not tell it.</summary>
    public int InputSize { get; init; } = 300;

    /// <summary>Seed of tensors that the file does not have.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>
    /// For a PyTorch backbone: whether it was trained on pictures normalised with the mean and deviation of ImageNet, as
    /// torchvision's were. The first convolution is then changed to give the same from pictures in [−1, 1].
    /// </summary>
    public bool ImageNetNormalisation { get; init; } = true;

    internal IReadOnlyList<string> ClassesFor(int count, string source) =>
        Classes is null ? [.. Enumerable.Range(1, count).Select(i => $"class-{i}")]
        : Classes.Count == count ? Classes
        : throw new FormatException($"{source}: there are {Classes.Count} class names, expected {count}: the weights have {count + 1} class outputs with the background's");

    internal IReadOnlyList<string> Notes(DetectorSpec spec, string format) =>
    [
        FormattableString.Invariant($"{format}: {spec.Architecture}, width {spec.WidthMultiplier}, input {spec.InputSize}×{spec.InputSize}, {spec.Extras.ToString().ToLowerInvariant()} extra layers, {spec.Heads.ToString().ToLowerInvariant()} heads, {spec.Scores.ToString().ToLowerInvariant()} scores"),
        .. Classes is null ? [$"no class names were given: they are {spec.Classes[0]} to {spec.Classes[^1]}, and none will be found again in the data"] : (string[])[],
    ];
}
