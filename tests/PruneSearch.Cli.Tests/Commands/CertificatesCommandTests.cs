namespace PruneSearch.Cli.Tests.Commands;

public sealed class CertificatesCommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("certificates").FullName;
    private readonly StringWriter _output = new(), _error = new();

    public void Dispose()
    {
        Directory.Delete(_folder, recursive: true);
        _output.Dispose();
        _error.Dispose();
    }

    [Fact]
    public async Task An_authority_is_made_once_and_issues_a_file_for_each_name()
    {
        string folder = Path.Combine(_folder, "made");
        Assert.Equal(0, await RunAsync("--out", folder, "--silo", "control", "--worker", "worker-1", "--operator", "alice", "--viewer", "bob"));
        Assert.Equal(
            ["authority.key", "authority.pem", "operator-alice.pem", "silo-control.pem", "viewer-bob.pem", "worker-worker-1.pem"],
            Directory.GetFiles(folder).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        string authority = await File.ReadAllTextAsync(Path.Combine(folder, "authority.pem"), TestContext.Current.CancellationToken);

        Assert.Equal(0, await RunAsync("--out", folder));
        Assert.Equal(authority, await File.ReadAllTextAsync(Path.Combine(folder, "authority.pem"), TestContext.Current.CancellationToken));
        Assert.Contains("the cluster's authority, as it was;", _output.ToString(), StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(folder, "silo-all.pem")));
    }

    [Theory]
    [InlineData("--silo ../../etc: is not right", "--silo", "../../etc")]
    [InlineData("--operator : is not right", "--operator", "")]
    [InlineData("--days", "--days", "0")]
    public async Task Names_that_are_none_and_days_out_of_range_are_refused_and_nothing_is_made(string expected, params string[] arguments)
    {
        string folder = Path.Combine(_folder, "none");
        Assert.Equal(2, await RunAsync(["--out", folder, .. arguments]));
        Assert.Contains(expected, _error.ToString(), StringComparison.Ordinal);
        Assert.False(Directory.Exists(folder));
    }

    private Task<int> RunAsync(params string[] arguments) => CommandLine.RunAsync(
        ["certificates", .. arguments], new CliContext { Output = _output, Error = _error, IsTerminal = false, Sessions = new ScriptedSessions(_folder) });
}
