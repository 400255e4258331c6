using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using PruneSearch.Client.Inputs;
using PruneSearch.Core.Detectors;
using PruneSearch.Core.Detectors.Ssd;
using PruneSearch.Core.Stages;
using PruneSearch.Core.Storage;
using PruneSearch.Data.Datasets;
using PruneSearch.Data.Shapes;
using PruneSearch.Stages;
using PruneSearch.Storage;

namespace PruneSearch.Tests.Stages.Inputs;

/// <summary>A worker on another machine: it sees the checkpoint store, but not the folder of the data set.</summary>
public sealed class TravellingInputsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("inputs").FullName;
    private readonly string _shapes, _cache;
    private readonly DetectionDataset _train, _validation;
    private FolderCheckpointStore _store;

    public TravellingInputsTests()
    {
        (_shapes, _cache) = (Path.Combine(_folder, "shapes"), Path.Combine(_folder, "cache"));
        ShapesDataset.Write(_shapes, new ShapesOptions { Train = 4, Validation = 2, ImageSize = 64 });
        (_train, _validation) = (ShapesDataset.Read(_shapes, "train"), ShapesDataset.Read(_shapes, "val"));
        _store = new FolderCheckpointStore(Path.Combine(_folder, "store"));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Pushed_pictures_give_the_same_bytes_as_the_folder()
    {
        await PublishAsync();
        string expected = Run(Job()).WeightsSha256;
        Assert.False(Directory.Exists(_cache)); // the folder was enough
        var pushed = await new PicturePush(_store).PushAsync(_shapes, Cancellation);
        Directory.Delete(_shapes, recursive: true);

        Assert.Equal((6, 6), (pushed.Pictures, pushed.Sent));
        Assert.Equal(expected, Run(Job()).WeightsSha256);
        Assert.Equal(6, Cached().Length);
    }

    [Fact]
    public async Task A_store_that_moves_with_its_pictures_goes_on()
    {
        await PublishAsync();
        string expected = Run(Job()).WeightsSha256;
        string moved = _folder + "-moved";
        Directory.Move(_folder, moved);
        try
        {
            _store = new FolderCheckpointStore(Path.Combine(moved, "store"));
            Assert.Equal(expected, Run(Job()).WeightsSha256);

            Directory.Delete(Path.Combine(moved, "shapes"), recursive: true);
            string message = Assert.Throws<InputUnavailableException>(() => Run(Job())).Message;
            Assert.Contains($"there is no picture {Path.Combine(moved, "shapes", "images", "train-00001.png")} on ", message, StringComparison.Ordinal);
            Assert.Contains($" and there is no picture {Path.Combine(_shapes, "images", "train-00001.png")} on ", message, StringComparison.Ordinal);
            Assert.Contains("prunesearch resume ID --data FOLDER", message, StringComparison.Ordinal);
        }
        finally
        {
            Directory.CreateDirectory(_folder);
            Directory.Delete(moved, recursive: true);
        }
    }

    [Fact]
    public async Task Pictures_that_changed_are_not_used()
    {
        await PublishAsync();
        await new PicturePush(_store).PushAsync(_train, Cancellation);
        await new PicturePush(_store).PushAsync(_validation, Cancellation);
        string expected = Run(Job()).WeightsSha256;
        File.Copy(_train.PathOf(_train.Samples[1]), _train.PathOf(_train.Samples[0]), overwrite: true);

        Assert.Equal(expected, Run(Job()).WeightsSha256);
        Assert.Equal(4, Cached().Length); // only the training split was fetched
    }

    [Fact]
    public async Task A_worker_without_the_pictures_refuses_and_says_which_and_what_to_do()
    {
        await PublishAsync();
        string missing = _train.PathOf(_train.Samples[2]);
        File.Delete(missing);

        var e = Assert.Throws<InputUnavailableException>(() => Run(Job()));
        Assert.Contains($"there is no picture {missing} on ", e.Message, StringComparison.Ordinal);
        Assert.Contains("prunesearch data push", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_damaged_cache_is_repaired_and_a_damaged_store_is_refused()
    {
        await PublishAsync();
        await new PicturePush(_store).PushAsync(_shapes, Cancellation);
        Directory.Delete(_shapes, recursive: true);
        string expected = Run(Job()).WeightsSha256;
        string cached = Cached()[0];
        File.WriteAllText(cached, "damaged");
        Assert.Equal(expected, Run(Job()).WeightsSha256);
        Assert.NotEqual("damaged", File.ReadAllText(cached));

        Directory.Delete(_cache, recursive: true);
        string name = CheckpointNames.Picture(_train.Samples[0].Sha256);
        await _store.PutAsync(name, (stream, c) => stream.WriteAsync(Encoding.UTF8.GetBytes("damaged"), c).AsTask(), cancellation: Cancellation);
        Assert.Contains($"object '{name}' is damaged", Assert.Throws<InputUnavailableException>(() => Run(Job())).Message, StringComparison.Ordinal);
        Assert.All(Cached(), path => Assert.Equal(Path.GetFileName(path), Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(path)))));
    }

    [Fact]
    public async Task Base_weights_that_are_gone_or_damaged_are_refused()
    {
        await PublishAsync();
        string hash = new('0', 64);
        var start = Job().Description;
        var job = Job(start with { Base = start.Base! with { WeightsSha256 = hash } });
        Assert.Contains(
            $"'inputs/{hash}.safetensors' cannot be read", Assert.Throws<InputUnavailableException>(() => Run(job)).Message, StringComparison.Ordinal);

        await _store.PutAsync(CheckpointNames.Input(hash), (stream, c) => stream.WriteAsync(new byte[100], c).AsTask(), cancellation: Cancellation);
        Assert.Contains("are damaged: their SHA-256 is ", Assert.Throws<InputUnavailableException>(() => Run(job)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pushing_again_sends_nothing_and_a_changed_picture_is_told()
    {
        var progress = new List<PushedPictures>();
        await new PicturePush(_store, p => progress.Add(p)).PushAsync(_train, Cancellation);
        Assert.Equal((4, 4), (progress[^1].Pictures, progress[^1].Sent));
        Assert.Equal((4, 0), (await new PicturePush(_store).PushAsync(_train, Cancellation)) is var again ? (again.Pictures, again.Sent) : default);

        File.AppendAllText(_train.PathOf(_train.Samples[0]), "x");
        var e = await Assert.ThrowsAsync<IOException>(() => new PicturePush(_store).PushAsync(_train, Cancellation));
        Assert.Contains("changed while the search was being launched", e.Message, StringComparison.Ordinal);
    }

    private string[] Cached() => Directory.GetFiles(_cache, "*", SearchOption.AllDirectories);

    // A process of its own each time: what one process verified, the next one looks at again.
    private StageReport Run(StageJob job)
    {
        // Torch's number of threads belongs to the thread of the test, which other tests may have changed, and sums depend on it.
        var services = new ServiceCollection().AddSingleton<ICheckpointStore>(_store).AddStageRunner(o => (o.PictureCache, o.Threads) = (_cache, 1));
        using var provider = services.BuildServiceProvider();
        return provider.GetRequiredService<IStageRunner>().Run(job, _ => { }, Cancellation);
    }

    private async Task PublishAsync()
    {
        foreach (var dataset in new[] { _train, _validation })
        {
            byte[] json = Encoding.UTF8.GetBytes(dataset.ToManifest(_store.Folder).ToJson());
            await _store.PutAsync(
                CheckpointNames.Dataset(dataset.ManifestHash), (stream, c) => stream.WriteAsync(json, c).AsTask(), cancellation: Cancellation);
        }
    }

    private static StageJob Job(StageDescription description) => new(description.ComputeKey(), description, Epoch: 1);

    private StageJob Job() => Job(new StageDescription
    {
        Base = new BaseSettings
        {
            Detector = new DetectorSpec
            {
                Architecture = SsdFamily.Architecture,
                Classes = _train.Classes,
                InputSize = 64,
                Options = new SsdOptions { WidthMultiplier = 0.25, Extras = ExtraLayerStyle.Separable },
            },
        },
        Data = new DataSettings { Train = _train.ManifestHash, Validation = _validation.ManifestHash },
        FineTune = new FineTuneSettings { Steps = 1, BatchSize = 2 },
        Measure = new MeasureSettings { MaxSeconds = 0.05 },
        Seed = 1,
    });
}
