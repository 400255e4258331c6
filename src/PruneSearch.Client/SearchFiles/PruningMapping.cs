using PruneSearch.Client.SearchFiles.Schema;
using PruneSearch.Core.Detectors;
using PruneSearch.Core.Stages;
using YamlDotNet.Core;

namespace PruneSearch.Client.SearchFiles;

/// <summary>Turns the values under <c>pruning</c> into settings, and those that follow from them.</summary>
internal sealed class PruningMapping(DocumentReader reader, Values root)
{
    private readonly Values _values = root.Optional<Values>("pruning") ?? new Values(((KeyType.Mapping)SearchFileKeys.Root.Find("pruning")!.Type).Section, default);

    private IReadOnlyList<string>? Protected => _values.Has("protect") ? _values.List<string>("protect") : null;

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
            reader.Error(at, FormattableString.Invariant($"level {levels[^1]} cannot be reached, expected at most pruning.max-group-ratio, which is {prune.MaxGroupRatio}"));
        }
        try
        {
            var groups = DetectorCatalog.Build(template).Network.Groups.Select(g => g.Name).ToList();
            RequireGroups(v, "groups", prune.Groups, [SearchFileKeys.AllGroups, .. SearchFileKeys.GroupKinds], groups);
            RequireGroups(v, "protect", prune.Protect ?? [], SearchFileKeys.GroupKinds, groups);
        }
        catch (ArgumentException e)
        {
            reader.Error(root.At("detector"), e.Message);
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
            reader.Error(v.At(key), $"pruning.{key} has '{name}', expected {string.Join(", ", words)} or the name of a group of the detector{near}");
        }
    }
}
