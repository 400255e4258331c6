using PruneSearch.Client.Inputs;
using PruneSearch.Client.SearchFiles;
using PruneSearch.Core.Searches;
using PruneSearch.Core.Storage;
using PruneSearch.Data.Datasets;
using PruneSearch.Storage;

namespace PruneSearch.Client.Tests.Inputs;

/// <summary>What a search is does not depend on where its pictures lie, and where they lie now can be told later.</summary>
public sealed class MovedPicturesTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("moved pictures ").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private string At(params string[] parts) => Path.Combine([_folder, .. parts]);

    private static CheckedSearch Check(string project) =>
        new SearchLauncher(Path.Combine(project, "home", "drawn"), TimeProvider.System) { Threads = 1 }.Check(SearchFileReader.Parse(
        """
        name: t
        data: {format: shapes, train: 3, validation: 2, size: 64, test: 1}
        detector: {fine-tune: {steps: 2}}
        trajectories: {levels: [0.2], schedules: [{kind: one-shot}]}
        """, Path.Combine(project, "s.yaml")), Cancellation);

    private static IEnumerable<string> Keys(SearchPlan plan) => plan.Trajectories.SelectMany(t => t.Stages).Select(s => s.ComputeKey());

    private async Task<(SearchPlan Plan, FolderCheckpointStore Store)> PublishAsync()
    {
        var search = Check(At("one"));
        var store = new FolderCheckpointStore(At("one", "home"));
        await SearchLauncher.PublishAsync(search, store, Cancellation);
        return (search.Plan, store);
    }

    private static async Task<IReadOnlyList<string>> RootsAsync(FolderCheckpointStore store, string hash)
    {
        await using var stream = await store.OpenReadAsync(CheckpointNames.Dataset(hash), Cancellation);
        using var reader = new StreamReader(stream);
        return DatasetManifest.FromJson(await reader.ReadToEndAsync(Cancellation), "store", hash).Roots(store.Folder);
    }

    [Fact]
    public void Stages_do_not_depend_on_where_the_project_lies()
    {
        Assert.Equal(Keys(Check(At("one")).Plan), Keys(Check(At("somewhere", "else")).Plan));
    }

    [Fact]
    public async Task A_home_that_moves_with_its_pictures_looks_beside_itself_first_and_then_where_they_were()
    {
        var (plan, _) = await PublishAsync();
        Directory.Move(At("one"), At("two"));

        var roots = await RootsAsync(new FolderCheckpointStore(At("two", "home")), plan.Test!);

        Assert.Equal([At("two", "home", "drawn", "shapes-3-2-64-1-test1", "images"), At("one", "home", "drawn", "shapes-3-2-64-1-test1", "images")], roots);
        Assert.True(Directory.Exists(roots[0]));
    }

    [Theory]
    [InlineData("elsewhere")] // a folder above the one that the data set was read from
    [InlineData("elsewhere/shapes-3-2-64-1-test1")]
    public async Task Pictures_are_found_in_the_folder_that_the_user_names(string named)
    {
        var (plan, store) = await PublishAsync();
        Directory.Move(At("one", "home", "drawn"), At("elsewhere"));

        var found = await MovedPictures.FindAsync(store, plan, [At("nowhere"), At(named)], Cancellation);

        Assert.Equal(["shapes/test: 1 pictures", "shapes/train: 3 pictures", "shapes/val: 2 pictures"], found.Select(f => f.Split(" in ")[0]).Order());
        foreach (string hash in (string[])[plan.Trajectories[0].Stages[0].Data.Train, plan.Test!])
        {
            Assert.All(await RootsAsync(store, hash), root => Assert.Equal(At("elsewhere", "shapes-3-2-64-1-test1", "images"), root));
        }
    }

    [Fact]
    public async Task Pictures_that_are_not_there_or_not_the_same_are_told()
    {
        var (plan, store) = await PublishAsync();
        Assert.Empty(await MovedPictures.FindAsync(store, plan, [At("nowhere")], Cancellation)); // they lie where they were
        Directory.Move(At("one", "home", "drawn"), At("elsewhere"));
        string picture = Directory.GetFiles(At("elsewhere"), "train-00001.png", SearchOption.AllDirectories).Single();
        File.WriteAllBytes(picture, [1, 2, 3]);

        var e = await Assert.ThrowsAsync<FileNotFoundException>(() => MovedPictures.FindAsync(store, plan, [At("elsewhere")], Cancellation));

        Assert.Equal(
            $"data set 'shapes/train': its pictures are not in {At("elsewhere")}, expected a folder with train-00001.png and the 2 others as they were",
            e.Message);
    }
}
