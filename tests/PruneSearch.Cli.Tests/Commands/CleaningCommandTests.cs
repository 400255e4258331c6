using PruneSearch.Core.Searches;

namespace PruneSearch.Cli.Tests.Commands;

public sealed class CleaningCommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("cleaning").FullName;
    private readonly StringWriter _output = new(), _error = new();

    public void Dispose()
    {
        Directory.Delete(_folder, recursive: true);
        _output.Dispose();
        _error.Dispose();
    }

    [Fact]
    public async Task A_home_that_is_empty_has_nothing_to_free_and_one_that_is_not_there_neither()
    {
        Assert.Equal(0, await RunAsync("prune-store", "--home", Path.Combine(_folder, "none")));
        Assert.Contains("Nothing to free", _output.ToString(), StringComparison.Ordinal);
        string home = Directory.CreateDirectory(Path.Combine(_folder, "stages", new string('c', 64))).FullName;
        string file = Path.Combine(home, "weights.safetensors");
        await File.WriteAllTextAsync(file, "x", TestContext.Current.CancellationToken);
        File.SetLastWriteTimeUtc(file, DateTime.UtcNow.AddDays(-31));

        Assert.Equal(0, await RunAsync("prune-store", "--home", _folder));
        Assert.Contains("1 stages, 0.0 MB", _output.ToString(), StringComparison.Ordinal);
        Assert.True(File.Exists(file));
        Assert.Equal(0, await RunAsync("prune-store", "--home", _folder, "--older-than", "40d", "--delete"));
        Assert.True(File.Exists(file));
        Assert.Equal(0, await RunAsync("prune-store", "--home", _folder, "--delete"));
        Assert.False(File.Exists(file));
    }

    [Theory]
    [InlineData("--older-than is 'soon', expected hours or days as in 12h or 30d", "--older-than", "soon")]
    [InlineData("--older-than is '-3d', expected hours or days", "--older-than=-3d")]
    [InlineData("--keep is 'some', expected", "--keep", "some")]
    public async Task Wrong_words_are_refused(string expected, params string[] arguments)
    {
        Assert.Equal(2, await RunAsync(["prune-store", "--home", _folder, .. arguments]));
        Assert.Contains(expected, _error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unknown_search_is_not_deleted()
    {
        Assert.NotEqual(0, await RunAsync("delete", "nobody", "--home", _folder));
        Assert.Contains("There is no search 'nobody'", _error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_search_at_work_is_not_deleted_and_that_is_nothing_unexpected()
    {
        var running = Some.Status(WorkState.Running);
        Assert.Equal(2, await RunAsync(new ScriptedSessions(_folder, running), "delete", running.Id, "--home", _folder));
        Assert.Equal("prunesearch: Search 'made-up-0001' is at work.", _error.ToString().Trim());
    }

    private Task<int> RunAsync(params string[] arguments) => RunAsync(new ScriptedSessions(_folder), arguments);

    private Task<int> RunAsync(ScriptedSessions sessions, params string[] arguments) => CommandLine.RunAsync(
        arguments, new CliContext { Output = _output, Error = _error, IsTerminal = false, Sessions = sessions });
}
