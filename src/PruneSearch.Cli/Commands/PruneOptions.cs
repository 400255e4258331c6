using System.CommandLine;
using PruneSearch.Cli.Detectors;
using PruneSearch.Client.SearchFiles;
using PruneSearch.Core.Settings;
using PruneSearch.Core.Stages;
using PruneSearch.Data.Datasets;
using PruneSearch.Pruning;
using PruneSearch.Stages;
using static TorchSharp.torch;

namespace PruneSearch.Cli.Commands;

/// <summary>Options of the commands that prune outside a search. What is not said comes from the search file, or from its defaults.</summary>
internal sealed class PruneOptions
{
    private const string RoundToKey = "round-to";

    private readonly SettingOptions<PruneSettings> _settings;
    private readonly Option<bool> _noCompensation = new("--no-compensation") { Description = "Leave the readers of pruned channels as they are" };
    private readonly Option<string?> _pictures = TextOption.Create(
        "--pictures", "Folder with pictures to calibrate on, without annotations; the training split of a search file when left out", "FOLDER");
    private readonly Option<int> _seed = NumberOption.Create("--seed", "Seed of the choice of pictures and of random scores", 1, 0, int.MaxValue);

    /// <summary>Options for all settings of pruning but some; compensation has its own, and statistics are measured anew only in a search.</summary>
    /// <param name="without">Keys of those that the command has no use for.</param>
    public PruneOptions(params IEnumerable<string> without) => _settings = new(["compensate", "recalibrate", .. without]);

    public void AddTo(Command command)
    {
        _settings.AddTo(command);
        foreach (var option in (Option[])[_noCompensation, _pictures, _seed])
        {
            command.Add(option);
        }
    }

    public int Seed(ParseResult parsed) => parsed.GetValue(_seed);

    /// <summary>What was asked for; the ratio is that of the search file, or 0.</summary>
    public PruneSettings Settings(ParseResult parsed, NamedDetector input)
    {
        var defaults = input.Search?.Settings.Prune ?? new PruneSettings { Ratio = 0 };
        return _settings.Apply(parsed, defaults with { Compensate = defaults.Compensate && !parsed.GetValue(_noCompensation) });
    }

    /// <summary>What pruned widths are multiples of, if it was said.</summary>
    public int? RoundTo(ParseResult parsed) => (int?)_settings.Said(parsed, RoundToKey);

    /// <summary>Pictures to calibrate on; none where the settings need none. The caller disposes them.</summary>
    /// <param name="settings">Tell whether pictures are needed, and how many.</param>
    /// <param name="training">Reads the training split of a search file.</param>
    /// <exception cref="SearchFileException">There are none, or they cannot be read.</exception>
    public List<Tensor> Pictures(ParseResult parsed, NamedDetector input, PruneSettings settings, Func<SearchFile, DetectionDataset> training,
        CancellationToken cancellation) => BadInput.Guard(() =>
    {
        if (!PruningEngine.NeedsImages(settings))
        {
            return [];
        }
        var dataset = parsed.GetValue(_pictures) is { } folder ? OfFolder(folder)
            : input.Search is { } search ? training(search)
            : throw new SearchFileException($"criterion {EnumNames.Of(settings.Criterion)}{(settings.Compensate ? " with compensation" : "")} looks at " +
                "pictures, expected --pictures FOLDER, or a criterion such as l2 with --no-compensation");
        return CalibrationPictures.Choose(dataset, settings.CalibrationImages, input.Model.InputSpec, Seed(parsed), cancellation);
    });

    private static DetectionDataset OfFolder(string folder)
    {
        try
        {
            return CalibrationPictures.OfFolder(folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SearchFileException($"--pictures: {e.Message}", e);
        }
    }
}
