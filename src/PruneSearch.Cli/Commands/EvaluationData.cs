using System.CommandLine;
using PruneSearch.Client.SearchFiles;
using PruneSearch.Connections.Sessions;
using PruneSearch.Data.Datasets;

namespace PruneSearch.Cli.Commands;

/// <summary>The options that name annotated pictures: a search file, or annotations themselves.</summary>
internal sealed class EvaluationData
{
    private readonly Option<string?> _data = new("--data") { Description = "Search file whose data is taken", HelpName = "FILE" };
    private readonly Option<string?> _coco = new("--coco") { Description = "COCO annotations (JSON); needs --images", HelpName = "FILE" };
    private readonly Option<string?> _images = new("--images") { Description = "Folder of the pictures of --coco", HelpName = "FOLDER" };
    private readonly Option<string?> _voc = new("--voc") { Description = "Pascal VOC folder; needs --split", HelpName = "FOLDER" };
    private readonly Option<string?> _yolo = new("--yolo") { Description = "Folder with YOLO text labels; needs --split", HelpName = "FOLDER" };
    private readonly Option<string?> _split =
        new("--split") { Description = "Which split: train, validation or test of --data (validation by default), or a name", HelpName = "NAME" };
    private readonly Option<bool> _ignore =
        new("--ignore-other-classes") { Description = "Leave objects out whose class the detector does not know, instead of refusing them" };

    public void AddTo(Command command)
    {
        foreach (Option option in (Option[])[_data, _coco, _images, _voc, _yolo, _split, _ignore])
        {
            command.Add(option);
        }
    }

    /// <summary>Reads the pictures; warnings go to the error output.</summary>
    /// <exception cref="SearchFileException">Something is missing, broken or contradictory.</exception>
    public DetectionDataset Read(CliContext context, ParseResult parsed, IReadOnlyList<string> detectorClasses, CancellationToken cancellation)
    {
        try
        {
            var read = Source(context, parsed, cancellation);
            var dataset = parsed.GetValue(_ignore) ? Known(read, detectorClasses) : read(new DatasetReadOptions { Threads = Environment.ProcessorCount });
            Warnings.Write(context, dataset.Warnings);
            if (dataset.Classes.FirstOrDefault(c => !detectorClasses.Contains(c, StringComparer.OrdinalIgnoreCase)) is { } unknown)
            {
                throw new SearchFileException($"{dataset.Name}: has class '{unknown}', expected only those that the detector knows " +
                    $"({string.Join(", ", detectorClasses)}), or --ignore-other-classes");
            }
            return dataset.Samples.Count > 0 ? dataset : throw new SearchFileException($"{dataset.Name}: has no pictures, expected at least one");
        }
        catch (DatasetException e)
        {
            throw new SearchFileException(e.Message, e);
        }
    }

    private Func<DatasetReadOptions, DetectionDataset> Source(CliContext context, ParseResult parsed, CancellationToken cancellation)
    {
        string? split = parsed.GetValue(_split), images = parsed.GetValue(_images);
        if ((images is not null) != (parsed.GetValue(_coco) is not null))
        {
            throw new SearchFileException("--coco and --images belong together, expected both or neither");
        }
        return (parsed.GetValue(_data), parsed.GetValue(_coco), parsed.GetValue(_voc), parsed.GetValue(_yolo)) switch
        {
            ({ } file, null, null, null) => _ => OfSearchFile(context, PlaceOptions.Of(parsed), file, split ?? "validation", cancellation),
            (null, { } file, null, null) => o => DatasetReader.ReadCoco(file, images!, o),
            (null, null, { } folder, null) => o => DatasetReader.ReadPascalVoc(folder, split ?? throw NoSplit("--voc"), o),
            (null, null, null, { } folder) => o => DatasetReader.ReadYolo(folder, split ?? throw NoSplit("--yolo"), o),
            _ => throw new SearchFileException("no pictures, or more than one kind of them, expected one of --data, --coco, --voc and --yolo"),
        };
    }

    private static DetectionDataset OfSearchFile(CliContext context, SearchPlace place, string file, string split, CancellationToken cancellation)
    {
        if (split is not ("train" or "validation" or "test"))
        {
            throw new SearchFileException($"--split is '{split}', expected train, validation or test of {file}");
        }
        var source = SearchFileReader.ReadData(file);
        return SearchData.ReadAsync(context, place, source, (launcher, bring) =>
        {
            var data = launcher.ReadData(source, cancellation);
            return bring(split == "train" ? data.Train : split == "validation" ? data.Validation
                : data.Test ?? throw new SearchFileException($"--split is 'test', but {file} names no test split, expected data.test"));
        }, cancellation).GetAwaiter().GetResult();
    }

    // Those of the data that the detector knows, in any letter case.
    private static DetectionDataset Known(Func<DatasetReadOptions, DetectionDataset> read, IReadOnlyList<string> detectorClasses)
    {
        var all = read(new DatasetReadOptions { Check = ImageCheck.None }).Classes;
        string[] known = [.. all.Where(c => detectorClasses.Contains(c, StringComparer.OrdinalIgnoreCase))];
        return known.Length > 0 ? read(new DatasetReadOptions { Classes = known, IgnoreOtherClasses = true, Threads = Environment.ProcessorCount })
            : throw new SearchFileException($"the detector knows none of the classes {string.Join(", ", all)}; it knows {string.Join(", ", detectorClasses)}");
    }

    private static SearchFileException NoSplit(string option) => new($"{option} needs to know which pictures, expected --split");
}
