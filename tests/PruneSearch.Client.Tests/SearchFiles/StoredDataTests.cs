using PruneSearch.Client.Inputs;
using PruneSearch.Client.SearchFiles;
using PruneSearch.Core.Searches;
using PruneSearch.Core.Storage;
using PruneSearch.Data.Datasets;
using PruneSearch.Storage;

namespace PruneSearch.Client.Tests.SearchFiles;

/// <summary>Searches that name data by the keys under which it was pushed.</summary>
public sealed class StoredDataTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("prune search ").FullName;
    private readonly FolderCheckpointStore _store;

    public StoredDataTests() => _store = new FolderCheckpointStore(Path.Combine(_folder, "store"));

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_search_of_pushed_data_has_the_stages_of_one_of_the_files_also_when_these_are_gone()
    {
        var files = Launcher(null).Check(File("{format: shapes, train: 3, validation: 2, test: 1, size: 64}"), Cancellation);
        var pushed = await new PicturePush(_store).PushAsync(files.Data, Cancellation);
        Directory.Delete(Path.Combine(_folder, "drawn"), recursive: true);

        var stored = Launcher(_store).Check(File(Stored(files.Data)), Cancellation);
        await SearchLauncher.PublishAsync(stored, _store, Cancellation);

        Assert.Equal((6, 6), (pushed.Pictures, pushed.Sent));
        Assert.Equal(Keys(files.Plan), Keys(stored.Plan));
        Assert.Equal(files.Plan.Test, stored.Plan.Test);
        Assert.Equal(files.Data.Train.Classes, stored.Plan.Trajectories[0].Stages[0].Base!.Detector.Classes);
        var test = await SplitPictures.OpenAsync(_store, stored.Plan.Test!, Cancellation);
        Assert.NotEmpty(await test.ReadAsync(0, Cancellation));

        static IEnumerable<string> Keys(SearchPlan plan) => plan.Trajectories.SelectMany(t => t.Stages).Select(s => s.ComputeKey().ToString());
    }

    [Fact]
    public async Task What_is_wrong_with_stored_data_is_one_line_with_its_place()
    {
        var data = Launcher(null).ReadData(new DataSource.Shapes { Train = 3, Validation = 2, Size = 64 }, Cancellation);
        string train = data.Train.ManifestHash, validation = data.Validation.ManifestHash, file = Path.Combine(_folder, "s.yaml");
        string unknown = new('0', 64);
        await new PicturePush(_store).PushAsync(data, Cancellation);
        var renamed = data.Validation with { Classes = [.. data.Validation.Classes.Select(c => c + "s")] };
        await new PicturePush(_store).PushAsync(new DataSplits(renamed, renamed, null), Cancellation);

        Assert.Equal(
            $"{file}: data.train is '{unknown}', but the checkpoint store has no such data set, expected a key that prunesearch data push FILE showed",
            ErrorOf(_store, unknown, validation));
        Assert.StartsWith(
            $"{file}: data.validation: data set 'shapes/val' has the classes {renamed.Classes[0]}, ", ErrorOf(_store, train, renamed.ManifestHash),
            StringComparison.Ordinal);
        Assert.StartsWith(
            $"{file}: data.format is 'stored': it is in a store already, expected ", ErrorOf(null, train, validation), StringComparison.Ordinal);

        await _store.DeleteAsync(CheckpointNames.Picture(data.Train.Samples[1].Sha256), Cancellation);
        Assert.StartsWith(
            $"{file}: data.train: the checkpoint store lacks 1 of the 3 pictures of data set 'shapes/train', first {data.Train.Samples[1].File}, expected all",
            ErrorOf(_store, train, validation), StringComparison.Ordinal);

        await _store.PutAsync(CheckpointNames.Dataset(train), (stream, c) => stream.WriteAsync("{"u8.ToArray(), c).AsTask(), PutCondition.None, Cancellation);
        Assert.StartsWith(
            $"{file}: data.train: {CheckpointNames.Dataset(train)}: no data set manifest", ErrorOf(_store, train, validation), StringComparison.Ordinal);
        string other = renamed.ToManifest().ToJson();
        await _store.PutAsync(CheckpointNames.Dataset(train), (stream, c) => stream.WriteAsync(
            System.Text.Encoding.UTF8.GetBytes(other), c).AsTask(), PutCondition.None, Cancellation);
        Assert.Contains($"hash is {renamed.ManifestHash}, expected {train}", ErrorOf(_store, train, validation), StringComparison.Ordinal);
    }

    [Fact]
    public void A_store_that_cannot_be_read_is_no_fault_of_the_file()
    {
        string key = new('a', 64);
        Directory.CreateDirectory(Path.Combine(_folder, "store", CheckpointNames.Dataset(key)));

        var file = File($"{{format: stored, train: '{key}', validation: '{key}'}}");
        Assert.Contains("cannot be read", Assert.Throws<IOException>(() => Launcher(_store).Check(file, Cancellation)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_key_is_unknown_to_a_store_that_has_nothing_yet()
    {
        string key = new('a', 64);
        Assert.Contains($"data.train is '{key}', but the checkpoint store has no such data set", ErrorOf(_store, key, key), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("abc")]
    [InlineData("../../../../../../etc/passwd")]
    [InlineData("ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789")]
    [InlineData("0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdefg")]
    public void What_is_no_key_is_refused_where_it_stands(string key)
    {
        var e = Assert.Throws<SearchFileException>(() => File($"{{format: stored, train: '{key}', validation: '{new string('a', 64)}'}}"));
        Assert.Matches($@"s\.yaml:2:\d+: data\.train is '{key}', expected 64 lower-case hexadecimal digits", Assert.Single(e.Errors));
    }

    private SearchLauncher Launcher(ICheckpointStore? store) =>
        new(Path.Combine(_folder, "drawn"), TimeProvider.System) { Threads = 1, Store = store };

    private SearchFile File(string data) => SearchFileReader.ParseSent($$"""
        name: t
        data: {{data}}
        detector: {fine-tune: {steps: 2} }
        trajectories: {levels: [0.2], schedules: [{kind: one-shot}]}
        """, Path.Combine(_folder, "s.yaml"), []);

    private static string Stored(DataSplits data) =>
        $"{{format: stored, train: {data.Train.ManifestHash}, validation: {data.Validation.ManifestHash}, test: {data.Test!.ManifestHash}}}";

    private string ErrorOf(ICheckpointStore? store, string train, string validation) => Assert.Single(Assert.Throws<SearchFileException>(() =>
        Launcher(store).Check(File($"{{format: stored, train: '{train}', validation: '{validation}'}}"), Cancellation)).Errors);
}
