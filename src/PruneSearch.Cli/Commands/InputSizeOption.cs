using System.CommandLine;
using PruneSearch.Core.Detectors;
using PruneSearch.Core.Settings;

namespace PruneSearch.Cli.Commands;

/// <summary>The option that has a detector look at pictures of another size.</summary>
internal static class InputSizeOption
{
    public static Option<int?> Create(string description = "Edge of the detector's input in pixels, instead of its own") =>
        NumberOption.Optional("--input-size", description, (SettingType.WholeNumber)SettingOption.Of<DetectorSpec>("input-size").Type);
}
