using System.CommandLine;
using PruneSearch.Cli.Detectors;
using PruneSearch.Client.SearchFiles;
using PruneSearch.Core.Settings;
using PruneSearch.Core.Stages;
using PruneSearch.Data.Datasets;
using PruneSearch.Pruning;
using static TorchSharp.torch;

namespace PruneSearch.Cli.Commands;

/// <summary>Options of the commands that prune outside a search. What is not said comes from the search file, or from its defaults.</summary>
internal sealed class PruneOptions
{
    private const int MinPictures = 8, MaxPictures = 4096;

    private readonly Option<string[]> _groups = new("--groups") { Description = "Kinds (hidden, residual, neck, stem, head) or names of channel groups, or all but the residual chains: all", AllowMultipleArgumentsPerToken = true };
    private readonly Option<string?> _criterion = new("--criterion") { Description = "Importance of a channel, for example obs, l2 or taylor" };
    private readonly Option<int?> _roundTo = new("--round-to") { Description = "Widths stay multiples of this" };
    private readonly Option<bool> _noCompensation = new("--no-compensation") { Description = "Leave the readers of pruned channels as they are" };
    private readonly Option<string?> _pictures = new("--pictures") { Description = "Folder with pictures to calibrate on, without annotations; the training split of a search file when left out", HelpName = "FOLDER" };
    private readonly Option<int?> _count = new("--calibration-images") { Description = $"Pictures to calibrate on, {MinPictures} to {MaxPictures}" };
    private readonly Option<int?> _seed = new("--seed") { Description = "Seed of the choice of pictures and of random scores" };

    /// <summary>Adds them to a command.</summary>
    public void AddTo(Command command)
    {
        foreach (var option in (Option[])[_groups, _criterion, _roundTo, _noCompensation, _pictures, _count, _seed])
        {
            command.Add(option);
        }
    }

    /// <summary>The seed.</summary>
    public int Seed(ParseResult parsed) => parsed.GetValue(_seed) ?? 1;

    /// <summary>What was asked for; the ratio is that of the search file, or 0.</summary>
    /// <exception cref="SearchFileException">A number is outside its range.</exception>
    public PruneSettings Settings(ParseResult parsed, DetectorInput input)
    {
        var defaults = input.Search?.Settings.Prune ?? new PruneSettings { Ratio = 0 };
        int count = parsed.GetValue(_count) ?? defaults.CalibrationImages;
        return count is < MinPictures or > MaxPictures
            ? throw new SearchFileException($"--calibration-images is {count}, expected {MinPictures} to {MaxPictures}")
            : defaults with
            {
                Groups = parsed.GetValue(_groups) is { Length: > 0 } groups ? groups : defaults.Groups,
                Criterion = parsed.GetValue(_criterion) is { } criterion ? EnumNames.Parse<Criterion>(criterion) : defaults.Criterion,
                RoundTo = parsed.GetValue(_roundTo) ?? defaults.RoundTo,
                Compensate = defaults.Compensate && !parsed.GetValue(_noCompensation),
                CalibrationImages = count,
            };
    }

    /// <summary>What widths stay multiples of, if it was said.</summary>
    public int? RoundTo(ParseResult parsed) => parsed.GetValue(_roundTo);

    /// <summary>Pictures to calibrate on; none where the settings need none. The caller disposes them.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="input">The detector.</param>
    /// <param name="settings">Tell whether pictures are needed, and how many.</param>
    /// <param name="training">Reads the training split of a search file.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="SearchFileException">There are none, or they cannot be read.</exception>
    public List<Tensor> Pictures(ParseResult parsed, DetectorInput input, PruneSettings settings, Func<SearchFile, DetectionDataset> training, CancellationToken cancellation) => DetectorInput.Guard(() =>
    {
        if (!PruningEngine.NeedsImages(settings))
        {
            return [];
        }
        var dataset = parsed.GetValue(_pictures) is { } folder ? CalibrationPictures.OfFolder(folder)
            : input.Search is { } search ? training(search)
            : throw new SearchFileException($"criterion {EnumNames.Of(settings.Criterion)}{(settings.Compensate ? " with compensation" : "")} looks at pictures, expected --pictures FOLDER, or a criterion such as l2 with --no-compensation");
        return CalibrationPictures.Choose(dataset, settings.CalibrationImages, input.Model.Spec.InputSize, Seed(parsed), cancellation);
    });
}
