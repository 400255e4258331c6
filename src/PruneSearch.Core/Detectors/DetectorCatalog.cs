using System.Collections.Concurrent;
using PruneSearch.Core.Detectors.RetinaNet;
using PruneSearch.Core.Detectors.Ssd;
using PruneSearch.Core.Detectors.Yolox;
using PruneSearch.Core.Settings;

namespace PruneSearch.Core.Detectors;

/// <summary>Every family of detectors, by the architecture that a specification names.</summary>
public static class DetectorCatalog
{
    private static readonly Lock Changes = new();
    private static readonly ConcurrentDictionary<Type, IReadOnlyList<Setting>> Settings = new();
    private static IReadOnlyList<IDetectorFamily> _families = [new SsdFamily(), new RetinaNetFamily(), new YoloxFamily()];

    /// <summary>All families; the first is the one that is meant where none is named.</summary>
    public static IReadOnlyList<IDetectorFamily> Families => _families;

    /// <summary>Names of all architectures.</summary>
    public static IReadOnlyList<string> Names => [.. _families.Select(f => f.Template.Architecture)];

    /// <summary>Adds a family of another assembly, before any of its specifications is read.</summary>
    /// <exception cref="ArgumentException">There is one of that name already.</exception>
    public static void Register(IDetectorFamily family)
    {
        lock (Changes)
        {
            string name = family.Template.Architecture;
            _families = Names.Contains(name) ? throw new ArgumentException($"There is an architecture '{name}' already.") : [.. _families, family];
        }
    }

    /// <summary>The family of an architecture.</summary>
    /// <exception cref="ArgumentException">There is none; the message lists those there are.</exception>
    public static IDetectorFamily Find(string architecture) => _families.FirstOrDefault(f => f.Template.Architecture == architecture)
        ?? throw new ArgumentException($"Unknown architecture '{architecture}'; known are {string.Join(", ", Names)}.");

    /// <summary>Builds the network, reference boxes and rules of a specification.</summary>
    /// <exception cref="ArgumentException">An unknown architecture, a value outside its range, or a width that does not fit.</exception>
    public static DetectorModel Build(DetectorSpec spec)
    {
        var family = Find(spec.Architecture);
        var expected = family.Template.Options.GetType();
        if (spec.Options?.GetType() != expected)
        {
            throw new ArgumentException($"Options of architecture '{spec.Architecture}' are {spec.Options?.GetType().Name ?? "missing"}, expected " +
                $"{expected.Name}.");
        }
        RequireAllowed(spec, spec.Architecture);
        RequireAllowed(spec.Options, spec.Architecture);
        if (spec.Classes.Count == 0)
        {
            throw new ArgumentException("A detector needs at least one class.");
        }
        var model = family.Build(spec);
        if (model.BoxCode is not { CenterScale: > 0 and < double.PositiveInfinity, SizeScale: > 0 and < double.PositiveInfinity })
        {
            throw new ArgumentException(
                FormattableString.Invariant($"Box scales {model.BoxCode.CenterScale} and {model.BoxCode.SizeScale} are not both finite and above 0."));
        }
        return model with { Spec = spec with { Widths = model.Network.Widths } };
    }

    // What a search file may say, a specification may say, and nothing else.
    private static void RequireAllowed(object record, string architecture)
    {
        foreach (var setting in Settings.GetOrAdd(record.GetType(), type => SettingsReflection.Section(type, null).Common))
        {
            if (setting.Get(record) is { } value && !setting.Type.Allows(value))
            {
                throw new ArgumentException(
                    FormattableString.Invariant($"{setting.Key} of architecture '{architecture}' is {value}, expected {setting.Type.Expected}."));
            }
        }
    }
}
