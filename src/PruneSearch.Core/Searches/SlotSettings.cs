using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using PruneSearch.Core.Settings;

namespace PruneSearch.Core.Searches;

/// <summary>Which slots a search gets when other searches want them too. It can be changed while the search runs.</summary>
[GenerateSerializer, Immutable, Alias("prunesearch.SlotSettings")]
public sealed record SlotSettings
{
    /// <summary>Searches of a lower one get what those of a higher one leave.</summary>
    [Id(0)]
    [Description("A free slot goes to a search of the highest priority that has a stage for it: others get what those leave."), Range(-100, 100)]
    public int Priority { get; init; }

    /// <summary>Weight among the searches of one priority.</summary>
    [Id(1)]
    [Description("Among searches of one priority, how much slot time it gets: one with 2 gets twice as much as one with 1."), Range(1, 1000)]
    public int Share { get; init; } = 1;

    /// <summary>Refuses values out of range.</summary>
    /// <exception cref="ArgumentException">One is; the message says which.</exception>
    public void Require() => SettingsSection.RequireRanges(this);
}
