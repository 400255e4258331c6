using PruneSearch.Core.Detectors;
using PruneSearch.Core.Weights;
using PruneSearch.Data.Datasets;

namespace PruneSearch.Client.SearchFiles;

/// <summary>The detector and the data that a search file names, without launching the search.</summary>
public static class SearchInputs
{
    /// <summary>The pretrained detector with its own classes, as its weights are: neither trained nor mapped to the data's classes.</summary>
    /// <exception cref="SearchFileException">The file names no weights, or they are damaged or belong to another detector.</exception>
    public static (DetectorModel Model, WeightSet Weights) ReadDetector(SearchFile file)
    {
        try
        {
            return BaseWeights.Read(file.Settings.Detector) is { Detector: { } detector, Path: var path }
                ? (DetectorCatalog.Build(detector), Safetensors.Read(path))
                : throw new SearchFileException(
                    $"{file.Path}: the detector starts from random weights, all or those behind its backbone, expected detector.weights");
        }
        catch (Exception e) when (e is FormatException or IOException or UnauthorizedAccessException)
        {
            throw new SearchFileException(e.Message, e);
        }
    }

    /// <summary>The splits of the data; every picture is looked at.</summary>
    /// <param name="file">The search file.</param>
    /// <param name="drawnFolder">Folder for data sets that are drawn.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="SearchFileException">Something is missing, broken or contradictory.</exception>
    public static DataSplits ReadData(SearchFile file, string drawnFolder, CancellationToken cancellation = default)
    {
        try
        {
            return SearchDataReader.Read(file.Settings.Data, drawnFolder, Math.Clamp(Environment.ProcessorCount, 1, 16), cancellation);
        }
        catch (Exception e) when (e is DatasetException or IOException or UnauthorizedAccessException)
        {
            throw new SearchFileException(e.Message, e);
        }
    }
}
