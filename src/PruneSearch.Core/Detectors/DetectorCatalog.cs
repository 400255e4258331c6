namespace PruneSearch.Core.Detectors;

/// <summary>Every architecture that a specification can name.</summary>
public static class DetectorCatalog
{
    private static readonly Dictionary<string, Func<DetectorSpec, DetectorModel>> Architectures = new(StringComparer.Ordinal)
    {
        [SsdMobileNetV2.Architecture] = SsdMobileNetV2.Build,
    };

    /// <summary>Names of all architectures.</summary>
    public static IReadOnlyCollection<string> Names => Architectures.Keys;

    /// <summary>A specification of each architecture with its defaults and one class; the first is meant where none is named.</summary>
    public static IReadOnlyList<DetectorSpec> Templates { get; } = [new() { Architecture = SsdMobileNetV2.Architecture, Classes = ["object"] }];

    /// <summary>Builds the network and default boxes of a specification.</summary>
    /// <exception cref="ArgumentException">An unknown architecture, a value outside its range, or a width that does not fit.</exception>
    public static DetectorModel Build(DetectorSpec spec)
    {
        if (!Architectures.TryGetValue(spec.Architecture, out var build))
        {
            throw new ArgumentException($"Unknown architecture '{spec.Architecture}'; known are {string.Join(", ", Architectures.Keys)}.");
        }
        if (spec.InputSize is < 32 or > 4096)
        {
            throw new ArgumentException($"Input size {spec.InputSize} is not from 32 to 4096 pixels.");
        }
        if (spec.WidthMultiplier is not (> 0 and <= 8))
        {
            throw new ArgumentException($"Width multiplier {spec.WidthMultiplier} is not above 0 and at most 8.");
        }
        if (spec.Classes.Count == 0)
        {
            throw new ArgumentException("A detector needs at least one class.");
        }
        var model = build(spec);
        return model with { Spec = spec with { Widths = model.Network.Widths } };
    }
}
