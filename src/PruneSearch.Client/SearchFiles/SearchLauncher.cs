using System.Globalization;
using System.Security.Cryptography;
using PruneSearch.Client.Inputs;
using PruneSearch.Core.Detectors;
using PruneSearch.Core.Searches;
using PruneSearch.Core.Settings;
using PruneSearch.Core.Stages;
using PruneSearch.Core.Storage;
using PruneSearch.Core.Weights;
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

    /// <summary>Where the data is that a file names by its keys; without one such a file is refused.</summary>
    public ICheckpointStore? Store { get; init; }

    /// <summary>Whether an identifier is already in use; none is by default.</summary>
    public Func<string, bool> IsTaken { get; init; } = _ => false;

    /// <summary>Makes the end of an identifier: random hexadecimal digits by default.</summary>
    public Func<string> Suffix { get; init; } = () => RandomNumberGenerator.GetHexString(SuffixDigits, lowercase: true);

    /// <summary>Reads the data and the weights, checks them and lays the search out.</summary>
    /// <exception cref="SearchFileException">Something is wrong with them; the message says what, where and what was expected.</exception>
    /// <exception cref="IOException">The file names data in <see cref="Store"/>, which cannot be read.</exception>
    /// <exception cref="OperationCanceledException">The user gave up.</exception>
    public CheckedSearch Check(SearchFile file, CancellationToken cancellation = default)
    {
        var (weights, splits, @base) = Read(file.Path, file.Settings.Detector, file.Settings.Data, cancellation);
        Guard(() => RequireReachable(file, weights?.Detector ?? @base.Detector));
        var plan = Guard(() => Planner.Plan(
            file.Settings, @base, Settings(file.Settings.Data, splits), NewId(file.Settings.Name), time.GetUtcNow(), file.Text));
        return new CheckedSearch(plan with { Test = splits.Test?.ManifestHash }, splits, weights);
    }

    /// <summary>Reads the data and the weights of a training and checks them.</summary>
    /// <exception cref="SearchFileException">Something is wrong with them; the message says what, where and what was expected.</exception>
    /// <exception cref="IOException">The file names data in <see cref="Store"/>, which cannot be read.</exception>
    /// <exception cref="OperationCanceledException">The user gave up.</exception>
    public CheckedTraining Check(TrainingFile file, CancellationToken cancellation = default)
    {
        var (weights, splits, @base) = Read(file.Path, file.Detector, file.Data, cancellation);
        var stage = new StageDescription
        {
            Base = @base,
            Data = Settings(file.Data, splits),
            FineTune = file.FineTune,
            Measure = file.Measure,
            Seed = file.Seed,
        };
        return new CheckedTraining(stage, splits, weights);
    }

    /// <summary>Reads the splits of a data source and looks at every picture.</summary>
    /// <exception cref="SearchFileException">Something is wrong with them; the message says what, where and what was expected.</exception>
    /// <exception cref="OperationCanceledException">The user gave up.</exception>
    public DataSplits ReadData(DataSource source, CancellationToken cancellation = default) =>
        ReadData(source, "", cancellation);

    /// <summary>The pretrained detector with its own classes, as its weights are: neither trained nor mapped to the data's classes.</summary>
    /// <exception cref="SearchFileException">The file names no weights, or they are damaged or belong to another detector.</exception>
    public static (DetectorModel Model, WeightSet Weights) ReadDetector(SearchFile file) => Guard(() =>
    {
        if (file.Settings.Detector.Weights is null)
        {
            throw new SearchFileException($"{file.Path}: the detector starts from random weights, expected detector.weights");
        }
        var (model, tensors, _) = BaseWeights.Load(file.Settings.Detector);
        return (model, tensors);
    });

    // The test split is no part of what stages are: whether there is one changes none of them.
    private static DataSettings Settings(DataSource source, DataSplits splits) =>
        new() { Train = splits.Train.ManifestHash, Validation = splits.Validation.ManifestHash, CacheBytes = (long)source.CacheMib << 20 };

    private (BaseWeights? Weights, DataSplits Splits, BaseSettings Base) Read(
        string path, DetectorSource detector, DataSource source, CancellationToken cancellation)
    {
        var weights = Guard(() => BaseWeights.Read(detector));
        var splits = ReadData(source, $"{path}: ", cancellation);
        RequirePictures(splits.Train, path, "training");
        RequirePictures(splits.Validation, path, "validation");
        if (splits.Test is { } test)
        {
            RequirePictures(test, path, "test");
        }
        return (weights, splits, new BaseSettings
        {
            Detector = detector.Template with { Classes = splits.Train.Classes, BatchNorm = detector.InsertNorms || weights?.Detector is null },
            WeightsSha256 = weights is { Detector: not null } ? weights.Sha256 : null,
            WeightsDetector = weights?.Detector,
            BackboneSha256 = weights is { Detector: null } ? weights.Sha256 : null,
            CalibrationImages = detector.CalibrationImages,
        });
    }

    // Not guarded: a store that cannot be read is no fault of the file.
    private DataSplits ReadData(DataSource source, string where, CancellationToken cancellation)
    {
        if (source is not DataSource.Stored stored)
        {
            return Guard(() => SearchDataReader.Read(source, drawnFolder, Threads, cancellation));
        }
        if (Store is null)
        {
            throw new SearchFileException(
                $"{where}data.format is 'stored': it is in a store already, expected pictures and annotations in files");
        }
        try
        {
            return StoredSplits.ReadAsync(stored, Store, where, cancellation).GetAwaiter().GetResult();
        }
        catch (DatasetException e)
        {
            throw new SearchFileException(e.Message, e);
        }
    }

    private static T Guard<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is DatasetException or FormatException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new SearchFileException(e.Message, e);
        }
    }

    /// <summary>Puts the manifests and the weights where the workers find them. Repeating it is harmless.</summary>
    /// <exception cref="IOException">The store cannot be written.</exception>
    /// <exception cref="SearchFileException">The weights changed since they were checked.</exception>
    public static Task PublishAsync(CheckedSearch search, ICheckpointStore store, CancellationToken cancellation = default) =>
        PublishAsync(search.Data, search.Weights, store, cancellation);

    /// <summary>Puts the pictures there, too, that are trained and evaluated on: no worker sees the folder where they are.</summary>
    /// <exception cref="IOException">The store cannot be written, or a picture changed since it was checked.</exception>
    /// <exception cref="SearchFileException">The weights changed since they were checked.</exception>
    public static async Task PublishWithPicturesAsync(CheckedSearch search, ICheckpointStore store, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(search);
        await PublishAsync(search, store, cancellation).ConfigureAwait(false);
        await new PicturePush(store).PushAsync(search.Data.Train, cancellation).ConfigureAwait(false);
        await new PicturePush(store).PushAsync(search.Data.Validation, cancellation).ConfigureAwait(false);
    }

    /// <summary>Puts the manifests and the weights where the trainer finds them: a store of its own. Repeating it is harmless.</summary>
    /// <exception cref="IOException">The store cannot be written.</exception>
    /// <exception cref="SearchFileException">The weights changed since they were checked.</exception>
    public static Task PublishAsync(CheckedTraining training, ICheckpointStore store, CancellationToken cancellation = default) =>
        PublishAsync(training.Data with { AreStored = false }, training.Weights, store, cancellation);

    private static async Task PublishAsync(DataSplits data, BaseWeights? weights, ICheckpointStore store, CancellationToken cancellation)
    {
        foreach (var dataset in data.AreStored ? [] : data.All)
        {
            await store.PublishManifestAsync(dataset, cancellation).ConfigureAwait(false);
        }
        if (weights is not null)
        {
            await store.PutAsync(
                CheckpointNames.Input(weights.Sha256),
                (stream, c) => stream.WriteAsync(Guard(weights.Content), c).AsTask(),
                PutCondition.IfAbsent, cancellation).ConfigureAwait(false);
        }
    }

    private static double RequireReachable(SearchFile file, DetectorSpec detector)
    {
        var (settings, dense) = (file.Settings, DetectorCatalog.Build(detector).RelativeTo(detector));
        return settings.Strategy is { Space: var space }
            ? AtSizes(dense, space.InputSizes).Min(d => space.Tightest(settings.Prune).Min(p => RequireReachable(file, d, p, "search.space and pruning")))
            : settings.Variants.Count == 0 ? RequireReachable(file, dense, settings.Prune, "pruning")
            : settings.Variants.Min(v => AtSizes(dense, v.InputSizes).Min(d => RequireReachable(file, d, v.Prune, $"pruning for variant '{v.Name}'")));
    }

    private static IEnumerable<DetectorModel> AtSizes(DetectorModel dense, IReadOnlyList<int> sizes) => sizes.Count == 0 ? [dense] : sizes.Select(dense.At);

    private static double RequireReachable(SearchFile file, DetectorModel dense, PruneSettings prune, string where)
    {
        double level = file.Settings.HighestLevel, reachable = PruningLimits.Reachable(dense, prune);
        return level <= reachable + 1e-9 ? reachable
            : throw new SearchFileException(string.Create(CultureInfo.InvariantCulture,
                $"{file.Path}: level {level} of the {EnumNames.Of(prune.Target)} cannot be reached with the groups and limits in {where}, expected at most " +
                $"{Math.Floor(reachable * 1000) / 1000}"));
    }

    private static void RequirePictures(DetectionDataset dataset, string path, string split)
    {
        if (dataset.Samples.Count == 0)
        {
            throw new SearchFileException($"{path}: the {split} split '{dataset.Name}' has no pictures, expected at least one");
        }
        if (dataset.ObjectCount == 0)
        {
            throw new SearchFileException($"{path}: the {split} split '{dataset.Name}' has no annotated objects, expected at least one");
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
