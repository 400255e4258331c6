using System.Security.Cryptography;
using System.Text;
using PruneSearch.Core.Detectors;
using PruneSearch.Core.Searches;
using PruneSearch.Core.Stages;
using PruneSearch.Core.Storage;
using PruneSearch.Data.Datasets;

namespace PruneSearch.Client.SearchFiles;

/// <summary>Turns a search file into a plan and its inputs in the checkpoint store. Everything is checked before anything is written there.</summary>
/// <param name="drawnFolder">Folder for data sets that are drawn.</param>
/// <param name="time">Tells when a search was launched.</param>
public sealed class SearchLauncher(string drawnFolder, TimeProvider time)
{
    private const int SuffixDigits = 4;

    /// <summary>Pictures decoded in parallel while a data set is checked, 1 to 64.</summary>
    public int Threads { get; init; } = Math.Clamp(Environment.ProcessorCount, 1, 16);

    /// <summary>Whether an identifier is already in use; none is by default.</summary>
    public Func<string, bool> IsTaken { get; init; } = _ => false;

    /// <summary>Makes the end of an identifier: random hexadecimal digits by default.</summary>
    public Func<string> Suffix { get; init; } = () => RandomNumberGenerator.GetHexString(SuffixDigits, lowercase: true);

    /// <summary>Reads the data and the weights, checks them and lays the search out.</summary>
    /// <exception cref="SearchFileException">Something is wrong with them; the message says what, where and what was expected.</exception>
    /// <exception cref="OperationCanceledException">The user gave up.</exception>
    public CheckedSearch Check(SearchFile file, CancellationToken cancellation = default)
    {
        try
        {
            var weights = BaseWeights.Read(file.Detector);
            var (train, validation) = SearchDataReader.Read(file.Data, drawnFolder, Threads, cancellation);
            RequirePictures(train, file, "training");
            RequirePictures(validation, file, "validation");
            var data = new DataSettings { Train = train.ManifestHash, Validation = validation.ManifestHash };
            var settings = file.Settings(new BaseSettings
            {
                Detector = file.Detector.Template with { Classes = train.Classes },
                WeightsSha256 = weights?.Sha256,
                WeightsDetector = weights?.Detector,
                CalibrationImages = file.Detector.CalibrationImages,
            });
            RequireReachable(file, settings.Base.Detector);
            return new CheckedSearch(Planner.Plan(settings, data, NewId(file.Name), time.GetUtcNow(), file.Text), train, validation, weights);
        }
        catch (Exception e) when (e is DatasetException or FormatException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new SearchFileException(e.Message, e);
        }
    }

    /// <summary>Puts the manifests and the weights where the workers find them. Repeating it is harmless.</summary>
    /// <exception cref="IOException">The store cannot be written.</exception>
    /// <exception cref="SearchFileException">The weights changed since they were checked.</exception>
    public static async Task PublishAsync(CheckedSearch search, ICheckpointStore store, CancellationToken cancellation = default)
    {
        foreach (var dataset in new[] { search.Train, search.Validation })
        {
            byte[] json = Encoding.UTF8.GetBytes(dataset.ToManifest().ToJson());
            // The last writer wins: the manifest also says where the pictures lie, and they may have been moved.
            await store.PutAsync(CheckpointNames.Dataset(dataset.ManifestHash), (stream, c) => stream.WriteAsync(json, c).AsTask(), PutCondition.None, cancellation).ConfigureAwait(false);
        }
        if (search.Weights is { } weights)
        {
            await store.PutAsync(CheckpointNames.Input(weights.Sha256), (stream, c) => CopyAsync(weights, stream, c), PutCondition.IfAbsent, cancellation).ConfigureAwait(false);
        }
    }

    private static async Task CopyAsync(BaseWeights weights, Stream target, CancellationToken cancellation)
    {
        byte[] content = await File.ReadAllBytesAsync(weights.Path, cancellation).ConfigureAwait(false);
        if (Convert.ToHexStringLower(SHA256.HashData(content)) != weights.Sha256)
        {
            throw new SearchFileException($"{weights.Path}: changed while the search was being launched");
        }
        await target.WriteAsync(content, cancellation).ConfigureAwait(false);
    }

    private static void RequireReachable(SearchFile file, DetectorSpec detector)
    {
        double level = file.Levels[^1], reachable = PruningLimits.Reachable(DetectorCatalog.Build(detector), file.Prune);
        if (level > reachable + 1e-9)
        {
            throw new SearchFileException(FormattableString.Invariant(
                $"{file.Path}: level {level} of the {file.Prune.Target} cannot be reached with the groups and limits in pruning, expected at most {Math.Floor(reachable * 1000) / 1000}"));
        }
    }

    private static void RequirePictures(DetectionDataset dataset, SearchFile file, string split)
    {
        if (dataset.Samples.Count == 0)
        {
            throw new SearchFileException($"{file.Path}: the {split} split '{dataset.Name}' has no pictures, expected at least one");
        }
        if (dataset.ObjectCount == 0)
        {
            throw new SearchFileException($"{file.Path}: the {split} split '{dataset.Name}' has no annotated objects, expected at least one");
        }
    }

    private string NewId(string name)
    {
        for (int attempt = 0; attempt < 1000; attempt++)
        {
            string id = $"{name}-{Suffix()}";
            if (!IsTaken(id))
            {
                return id;
            }
        }
        throw new SearchFileException($"every identifier that was tried for a search called '{name}' is taken, expected another name");
    }
}
