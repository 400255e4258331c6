using System.CommandLine;
using PruneSearch.Core.Settings;

namespace PruneSearch.Cli.Commands;

/// <summary>The option that has a detector look at pictures of another size.</summary>
internal static class InputSizeOption
{
    public static Option<int?> Create()
    {
        var type = (SettingType.WholeNumber)SettingsSection.Of<Core.Detectors.DetectorSpec>().Common.First(s => s.Key == "input-size").Type;
        return NumberOption.Optional("--input-size", "Edge of the detector's input in pixels, instead of its own", type.Min, type.Max);
    }
}
