using PruneSearch.Client.SearchFiles;
using PruneSearch.Core.Detectors;
using PruneSearch.Core.Weights;

namespace PruneSearch.Cli.Detectors;

/// <summary>A detector that a command was pointed at.</summary>
/// <param name="Source">What the user wrote.</param>
/// <param name="Model">The detector.</param>
/// <param name="Weights">Its weights; <see langword="null"/> when only a specification was given.</param>
/// <param name="Search">The search file it comes from; <see langword="null"/> otherwise.</param>
internal sealed record DetectorInput(string Source, DetectorModel Model, WeightSet? Weights, SearchFile? Search)
{
    /// <summary>What a source can be, for help and messages.</summary>
    public const string Expected = "a folder with detector.json and weights.safetensors, or a search file (.yaml)";

    /// <summary>Reads a folder or a search file.</summary>
    /// <exception cref="SearchFileException">It is neither, or something in it is wrong.</exception>
    public static DetectorInput Read(string source) => Guard(() =>
    {
        if (Directory.Exists(source))
        {
            var (model, weights) = DetectorFolder.Read(source);
            return new DetectorInput(source, model, weights, null);
        }
        return IsSearchFile(source) ? OfSearch(source) : throw new SearchFileException($"'{source}' {Why(source)}, expected {Expected}");
    });

    /// <summary>Reads a folder, a search file, or a specification alone.</summary>
    /// <exception cref="SearchFileException">It is none of them, or something in it is wrong.</exception>
    public static DetectorInput ReadSpec(string source) => Guard(() =>
    {
        string file = Directory.Exists(source) ? Path.Combine(source, DetectorFolder.DetectorFile) : source;
        if (IsSearchFile(file))
        {
            return OfSearch(file);
        }
        return File.Exists(file) ? new DetectorInput(source, DetectorFolder.ReadModel(file), null, null)
            : throw new SearchFileException($"'{file}' {Why(file)}, expected a detector.json, {Expected}");
    });

    /// <summary>The same detector, of which shares count from what the user gave: also when that was pruned before.</summary>
    public DetectorInput AsOriginal() => this with { Model = Model.RelativeTo(Model.Spec) };

    /// <summary>Runs work whose complaints about input become one line each.</summary>
    /// <exception cref="SearchFileException">The input is wrong.</exception>
    public static T Guard<T>(Func<T> work)
    {
        try
        {
            return work();
        }
        catch (Exception e) when (e is FormatException or ArgumentException or Data.Datasets.DatasetException)
        {
            throw new SearchFileException(e.Message, e);
        }
    }

    private static DetectorInput OfSearch(string file)
    {
        var search = SearchFileReader.Read(file);
        var (model, weights) = SearchInputs.ReadDetector(search);
        return new DetectorInput(file, model, weights, search);
    }

    private static bool IsSearchFile(string path) => File.Exists(path) && Path.GetExtension(path).ToLowerInvariant() is (".yaml" or ".yml");

    private static string Why(string path) => File.Exists(path) ? "is neither" : "does not exist";
}
