using PruneSearch.Client.SearchFiles.Schema;
using PruneSearch.Core.Detectors;
using PruneSearch.Core.Stages;
using YamlDotNet.Core;

namespace PruneSearch.Client.SearchFiles;

/// <summary>Turns the values under <c>pruning</c> into settings, and those that follow from them.</summary>
internal sealed class PruningMapping
{
    private readonly DocumentReader _reader;
    private readonly Values _root, _values;

    /// <summary>What the file says.</summary>
    public PruningMapping(DocumentReader reader, Values root)
        : this(reader, root, root.Optional<Values>("pruning") ?? new Values(((KeyType.Mapping)SearchFileKeys.Root.Find("pruning")!.Type).Section, default, "pruning"))
    {
    }

    private PruningMapping(DocumentReader reader, Values root, Values values) => (_reader, _root, _values) = (reader, root, values);

    private IReadOnlyList<string>? Protected => _values.Has("protect") ? _values.List<string>("protect") : null;

    /// <summary>The same, with what a variant says instead.</summary>
    public PruningMapping With(Values? variant) => new(_reader, _root, _values.With(variant));

    /// <summary>How to prune; errors go to the reader.</summary>
    /// <param name="levels">All levels, ascending.</param>
    /// <param name="at">Where they stand.</param>
    /// <param name="template">The detector, for the names of its groups.</param>
    public PruneSettings Map(IReadOnlyList<double> levels, Mark at, DetectorSpec template)
    {
        var v = _values;
        var prune = new PruneSettings
        {
            Ratio = levels[^1],
            Target = v.Text("target"),
            Criterion = v.Text("criterion"),
            Reduction = v.Text("reduction"),
            Normalisation = v.Text("normalisation"),
            PerCost = v.Text("per-cost"),
            Ranking = v.Text("ranking"),
            Groups = v.List<string>("groups"),
            Protect = Protected,
            MaxGroupRatio = v.Value<double>("max-group-ratio"),
            MinWidth = v.Value<int>("min-width"),
            RoundTo = v.Value<int>("round-to"),
            Compensate = v.Value<bool>("compensate"),
            CalibrationImages = v.Value<int>("calibration-images"),
            Recalibrate = v.Value<bool>("recalibrate"),
        };
        if (prune.Target == "channels" && levels[^1] > prune.MaxGroupRatio)
        {
            _reader.Error(at, FormattableString.Invariant($"level {levels[^1]} cannot be reached, expected at most {v.PathOf("max-group-ratio")}, which is {prune.MaxGroupRatio}"));
        }
        try
        {
            var groups = DetectorCatalog.Build(template).Network.Groups.Select(g => g.Name).ToList();
            RequireGroups(v, "groups", prune.Groups, [SearchFileKeys.AllGroups, .. SearchFileKeys.GroupKinds], groups);
            RequireGroups(v, "protect", prune.Protect ?? [], SearchFileKeys.GroupKinds, groups);
        }
        catch (ArgumentException e)
        {
            _reader.Error(_root.At("detector"), e.Message);
        }
        return prune;
    }

    /// <summary>How a training prepares for pruning; <see langword="null"/> where it does not.</summary>
    public RegularisationSettings? Regularisation(Values? v) => v is null ? null : new RegularisationSettings
    {
        Kind = v.Text("kind"),
        Strength = v.Value<double>("strength"),
        Share = v.Value<double>("share"),
        Groups = _values.List<string>("groups"),
        Protect = Protected,
    };

    private void RequireGroups(Values v, string key, IReadOnlyList<string> names, IReadOnlyList<string> words, IReadOnlyList<string> groups)
    {
        foreach (string name in names.Where(n => !words.Contains(n) && !groups.Contains(n)))
        {
            string near = Nearest.To(name, [.. words, .. groups]) is { } n ? $"; did you mean '{n}'?" : "";
            _reader.Error(v.At(key), $"{v.PathOf(key)} has '{name}', expected {string.Join(", ", words)} or the name of a group of the detector{near}");
        }
    }
}
