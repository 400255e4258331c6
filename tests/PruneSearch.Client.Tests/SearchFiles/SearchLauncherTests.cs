using Microsoft.Extensions.Time.Testing;
using PruneSearch.Client.SearchFiles;
using PruneSearch.Core.Detectors;
using PruneSearch.Core.Networks;
using PruneSearch.Core.Searches;
using PruneSearch.Core.Storage;
using PruneSearch.Core.Weights;
using PruneSearch.Data.Datasets;
using PruneSearch.Storage;
using PruneSearch.Tests;

namespace PruneSearch.Client.Tests.SearchFiles;

public sealed class SearchLauncherTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("prune search ").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private SearchLauncher Launcher(params string[] suffixes)
    {
        var rest = new Queue<string>(suffixes.Length > 0 ? suffixes : ["0001"]);
        return new SearchLauncher(Path.Combine(_folder, "drawn"), new FakeTimeProvider(DateTimeOffset.UnixEpoch))
        {
            Suffix = rest.Dequeue,
            Threads = 1,
            IsTaken = id => id == "t-taken",
        };
    }

    private SearchFile Shapes(string detector = "fine-tune: {steps: 2}") => SearchFileReader.Parse($$"""
        name: t
        data: {format: shapes, train: 3, validation: 2, size: 64}
        detector: { {{detector}} }
        trajectories: {levels: [0.2], schedules: [{kind: one-shot}]}
        """, Path.Combine(_folder, "s.yaml"));

    private static SearchFile With(SearchFile file, DataSource data) => file with { Settings = file.Settings with { Data = data } };

    private string ErrorOf(SearchFile file) =>
        Assert.Single(Assert.Throws<SearchFileException>(() => Launcher().Check(file, TestContext.Current.CancellationToken)).Errors);

    [Fact]
    public async Task Manifests_are_put_where_the_plan_looks_for_them()
    {
        var store = new FolderCheckpointStore(Path.Combine(_folder, "store"));
        var search = Launcher("taken", "0002").Check(Shapes(), TestContext.Current.CancellationToken);
        await SearchLauncher.PublishAsync(search, store, TestContext.Current.CancellationToken);

        Assert.Equal("t-0002", search.Plan.Id);
        Assert.Equal(DateTimeOffset.UnixEpoch, search.Plan.Created);
        var data = search.Plan.Trajectories[0].Stages[0].Data;
        Assert.Equal(3, (await ReadAsync(store, data.Train)).Samples.Count);
        Assert.Equal(2, (await ReadAsync(store, data.Validation)).Samples.Count);
        Assert.Equal(search.Data.Train.Classes, search.Plan.Trajectories[0].Stages[0].Base!.Detector.Classes);
    }

    [Fact]
    public void The_same_file_gives_the_same_stages_again()
    {
        var first = Launcher("0001").Check(Shapes(), TestContext.Current.CancellationToken).Plan;
        var second = Launcher("0002").Check(Shapes(), TestContext.Current.CancellationToken).Plan;

        Assert.Equal(
            first.Trajectories.SelectMany(t => t.Stages).Select(s => s.ComputeKey()),
            second.Trajectories.SelectMany(t => t.Stages).Select(s => s.ComputeKey()));
    }

    [Fact]
    public async Task A_test_split_is_checked_and_published_but_changes_no_stage()
    {
        var store = new FolderCheckpointStore(Path.Combine(_folder, "store"));
        var file = Shapes();
        var without = Launcher().Check(file, TestContext.Current.CancellationToken).Plan;
        var with = Launcher().Check(
            With(file, new DataSource.Shapes { Train = 3, Validation = 2, Size = 64, Test = 4 }), TestContext.Current.CancellationToken);
        await SearchLauncher.PublishAsync(with, store, TestContext.Current.CancellationToken);

        Assert.Null(without.Test);
        Assert.Equal(with.Data.Test!.ManifestHash, with.Plan.Test);
        Assert.Equal(4, (await ReadAsync(store, with.Plan.Test!)).Samples.Count);
        Assert.Equal(
            without.Trajectories.SelectMany(t => t.Stages).Select(s => s.ComputeKey()),
            with.Plan.Trajectories.SelectMany(t => t.Stages).Select(s => s.ComputeKey()));

        string picture = Directory.GetFiles(Path.Combine(_folder, "drawn"), "test-00004.png", SearchOption.AllDirectories).Single();
        File.WriteAllBytes(picture, [1, 2, 3]);
        Assert.Contains(
            "test-00004.png", ErrorOf(With(file, new DataSource.Shapes { Train = 3, Validation = 2, Size = 64, Test = 4 })), StringComparison.Ordinal);
    }

    [Fact]
    public void A_level_out_of_the_reach_of_one_variant_is_refused()
    {
        var file = SearchFileReader.Parse("""
            name: t
            data: {format: shapes, train: 3, validation: 2, size: 64}
            detector: {fine-tune: {steps: 2} }
            trajectories: {levels: [0.8], schedules: [{kind: one-shot}]}
            variants: [{name: all}, {name: few, pruning: {target: macs, max-group-ratio: 0.5}}]
            """, Path.Combine(_folder, "s.yaml"));
        Assert.Contains(
            "level 0.8 of the macs cannot be reached with the groups and limits in pruning for variant 'few'", ErrorOf(file), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{target: macs, max-group-ratio: 0.5}", "level 0.8 of the macs cannot be reached with the groups and limits in pruning, expected at most 0.")]
    [InlineData("{min-width: 300, groups: [hidden]}", "level 0.8 of the channels cannot be reached")]
    [InlineData("{groups: [head]}", "no channel group of [head]")]
    public void A_level_out_of_reach_is_refused_with_the_largest_that_is_not(string pruning, string message)
    {
        var file = SearchFileReader.Parse($$"""
            name: t
            data: {format: shapes, train: 3, validation: 2, size: 64}
            detector: {fine-tune: {steps: 2} }
            pruning: {{pruning}}
            trajectories: {levels: [0.8], schedules: [{kind: one-shot}]}
            """, Path.Combine(_folder, "s.yaml"));
        Assert.Contains(message, ErrorOf(file), StringComparison.Ordinal);
    }

    [Fact]
    public void The_bound_of_decoded_pictures_reaches_the_stages_but_not_their_keys()
    {
        var usual = Launcher().Check(Shapes(), TestContext.Current.CancellationToken).Plan.Trajectories[0].Stages[0];
        var file = Shapes();
        var none = Launcher().Check(With(file, file.Settings.Data with { CacheMib = 0 }), TestContext.Current.CancellationToken).Plan.Trajectories[0].Stages[0];

        Assert.Equal((1L << 30, 0), (usual.Data.CacheBytes, none.Data.CacheBytes));
        Assert.Equal(usual.ComputeKey(), none.ComputeKey());
    }

    [Fact]
    public void A_picture_that_was_damaged_is_named()
    {
        Launcher().Check(Shapes(), TestContext.Current.CancellationToken);
        string picture = Directory.GetFiles(Path.Combine(_folder, "drawn"), "train-00002.png", SearchOption.AllDirectories).Single();
        File.WriteAllBytes(picture, File.ReadAllBytes(picture)[..100]);

        Assert.Contains("train-00002.png", ErrorOf(Shapes()), StringComparison.Ordinal);
    }

    [Fact]
    public void Weights_that_were_cut_short_are_refused()
    {
        string weights = Path.Combine(_folder, "w.safetensors"), labels = Path.Combine(_folder, "l.txt");
        File.WriteAllBytes(weights, new byte[] { 1, 2, 3 });
        File.WriteAllText(labels, "background\ncat\n");

        string error = ErrorOf(Shapes("weights: w.safetensors, labels: l.txt"));
        Assert.StartsWith(weights, error, StringComparison.Ordinal);
        Assert.Contains("too few", error, StringComparison.Ordinal);
    }

    [Fact]
    public void Labels_without_a_class_are_refused()
    {
        File.WriteAllBytes(Path.Combine(_folder, "w.safetensors"), new byte[8]);
        File.WriteAllText(Path.Combine(_folder, "l.txt"), "background\n");

        Assert.Contains("at least one class", ErrorOf(Shapes("weights: w.safetensors, labels: l.txt")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_trained_weights_are_accepted_and_stored_under_their_hash()
    {
        string weights = SharedData.Weights, labels = SharedData.Labels;
        var store = new FolderCheckpointStore(Path.Combine(_folder, "store"));
        var search = Launcher().Check(Shapes($"weights: '{weights}', labels: '{labels}'"), TestContext.Current.CancellationToken);
        await SearchLauncher.PublishAsync(search, store, TestContext.Current.CancellationToken);

        var start = search.Plan.Trajectories[0].Stages[0].Base!;
        Assert.Equal(23, start.WeightsDetector!.Classes.Count);
        Assert.False(start.WeightsDetector.BatchNorm);
        await using var stored = await store.OpenReadAsync(CheckpointNames.Input(start.WeightsSha256!), TestContext.Current.CancellationToken);
        Assert.Equal(new FileInfo(weights).Length, stored.Length);
    }

    [Fact]
    public async Task Of_weights_of_another_family_the_backbone_is_accepted_and_stored_under_their_hash()
    {
        string weights = SharedData.Weights;
        var store = new FolderCheckpointStore(Path.Combine(_folder, "store"));
        var search = Launcher().Check(Shapes($"architecture: retinanet, backbone-weights: '{weights}', fine-tune: {{steps: 2}}"),
            TestContext.Current.CancellationToken);
        await SearchLauncher.PublishAsync(search, store, TestContext.Current.CancellationToken);

        var start = search.Plan.Trajectories[0].Stages[0].Base!;
        Assert.Equal(("retinanet", null, null), (start.Detector.Architecture, start.WeightsSha256, start.WeightsDetector));
        await using var stored = await store.OpenReadAsync(CheckpointNames.Input(start.BackboneSha256!), TestContext.Current.CancellationToken);
        Assert.Equal(new FileInfo(weights).Length, stored.Length);

        Assert.Contains("tensor 'Conv.weight' has shape [32, 3, 3, 3], expected [16, 3, 3, 3] for the backbone of retinanet",
            ErrorOf(Shapes($"architecture: retinanet, width-multiplier: 0.5, backbone-weights: '{weights}', fine-tune: {{steps: 2}}")),
            StringComparison.Ordinal);
        Assert.Contains("has no backbone for this detector: its tensors are called 'BoxPredictor_0.",
            ErrorOf(Shapes($"architecture: yolox, backbone-weights: '{weights}', fine-tune: {{steps: 2}}")), StringComparison.Ordinal);
    }

    [Fact]
    public void Weights_of_another_architecture_than_the_file_says_are_refused()
    {
        File.WriteAllText(Path.Combine(_folder, "d.json"), DetectorCatalog.Families[0].Template.ToJson());
        File.WriteAllBytes(Path.Combine(_folder, "w.safetensors"), [1]);

        Assert.Contains("belong to a ssd-mobilenet-v2, but detector.architecture is retinanet",
            ErrorOf(Shapes("architecture: retinanet, weights: w.safetensors, weights-detector: d.json")), StringComparison.Ordinal);
    }

    [Fact]
    public void Levels_count_from_the_detector_that_the_file_names()
    {
        var dense = DetectorCatalog.Build(DetectorCatalog.Families[0].Template with { InputSize = 64, Classes = ["circle"] });
        // no smaller multiple of 8 is left
        var narrow = dense.With(dense.Network.Groups.ToDictionary(g => g.Name, g => g.Kind == ChannelGroupKind.Hidden ? 8 : g.Width));
        using (var file = File.Create(Path.Combine(_folder, "narrow.safetensors")))
        {
            var weights = new WeightSet();
            foreach (var tensor in narrow.Network.Tensors)
            {
                weights.Add(tensor.Name, new WeightTensor(tensor.Shape, new float[tensor.Length]));
            }
            Safetensors.Write(file, weights);
        }
        File.WriteAllText(Path.Combine(_folder, "narrow.json"), narrow.Spec.ToJson());

        Assert.Contains(
            "level 0.2 of the channels cannot be reached",
            ErrorOf(Shapes("weights: narrow.safetensors, weights-detector: narrow.json")),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Weights_of_a_detector_with_other_classes_are_refused()
    {
        string labels = Path.Combine(_folder, "l.txt"), weights = SharedData.Weights;
        File.WriteAllText(labels, "background\ncat\ndog\n");

        Assert.Contains("do not belong to this detector", ErrorOf(Shapes($"weights: '{weights}', labels: l.txt")), StringComparison.Ordinal);
    }

    private static async Task<DatasetManifest> ReadAsync(FolderCheckpointStore store, string hash)
    {
        await using var stream = await store.OpenReadAsync(CheckpointNames.Dataset(hash), TestContext.Current.CancellationToken);
        using var reader = new StreamReader(stream);
        return DatasetManifest.FromJson(await reader.ReadToEndAsync(TestContext.Current.CancellationToken), "store", hash);
    }
}
