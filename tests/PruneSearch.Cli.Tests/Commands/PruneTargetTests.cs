using PruneSearch.Core.Detectors;

namespace PruneSearch.Cli.Tests.Commands;

/// <summary>Targets of <c>prunesearch prune</c> other than a share of the channels.</summary>
public sealed class PruneTargetTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("prune ").FullName;
    private readonly StringWriter _output = new(), _error = new();

    public void Dispose()
    {
        Directory.Delete(_folder, recursive: true);
        _output.Dispose();
        _error.Dispose();
    }

    [Theory]
    [InlineData("macs")]
    [InlineData("parameters")]
    public async Task As_much_goes_as_asked_and_what_is_protected_stays(string target)
    {
        Assert.Equal(
            ExitCode.Ok, await PruneAsync("--target", target, "--ratio", "0.2", "--protect", "expanded_conv_13.hidden", "residual", "--min-width", "8"));

        var (pruned, _) = DetectorFolder.Read(Path.Combine(_folder, "pruned"));
        var dense = SmallModel.Model.Network;
        Assert.Equal(dense.Widths["expanded_conv_13.hidden"], pruned.Spec.Widths["expanded_conv_13.hidden"]);
        Assert.All(pruned.Network.Groups, g => Assert.True(g.Width >= Math.Min(8, g.DenseWidth)));
        double gone = target == "macs" ? 1 - (double)pruned.Network.Macs / dense.Macs : 1 - (double)pruned.Network.Parameters / dense.Parameters;
        Assert.InRange(gone, 0.15, 0.2);
    }

    [Fact]
    public async Task What_cannot_be_reached_is_one_line_and_2()
    {
        Assert.Equal(ExitCode.BadInput, await PruneAsync("--target", "macs", "--ratio", "0.9", "--max-group-ratio", "0.3"));
        Assert.Contains(
            "of the macs cannot be reached", Assert.Single(_error.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
        Assert.Equal(ExitCode.BadInput, await PruneAsync("--target", "watts", "--ratio", "0.2"));
    }

    private Task<int> PruneAsync(params string[] arguments)
    {
        string dense = Path.Combine(_folder, "dense");
        DetectorFolder.Write(dense, SmallModel.Model, SmallModel.Weights);
        return CommandLine.RunAsync(
            ["prune", dense, "--out", Path.Combine(_folder, "pruned"), "--groups", "all", "--criterion",
                "l2", "--no-compensation", .. arguments, "--home", _folder],
            new CliContext { Output = _output, Error = _error, IsTerminal = false, Sessions = new ScriptedSessions(_folder) });
    }
}
