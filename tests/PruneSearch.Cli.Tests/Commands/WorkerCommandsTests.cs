using PruneSearch.Core.Grains;

namespace PruneSearch.Cli.Tests.Commands;

public sealed class WorkerCommandsTests : IDisposable
{
    private static readonly DateTimeOffset Now = DateTimeOffset.UtcNow;
    private readonly string _home = Directory.CreateTempSubdirectory("workers").FullName;
    private readonly StringWriter _output = new(), _error = new();

    private static readonly SlotPresence Idle =
        new() { Worker = "gpu-1", DeviceClass = "cuda", Machine = "m1", Process = 7, Version = "1.2.3", Since = Now.AddMinutes(-2) };

    public void Dispose()
    {
        Directory.Delete(_home, recursive: true);
        _output.Dispose();
        _error.Dispose();
    }

    [Fact]
    public async Task Who_is_there_and_what_each_does_is_a_table()
    {
        var busy = Idle with { Worker = "gpu-2", Stage = Some.Key("s"), Progress = new() { Part = "fine-tune", Step = 3, Steps = 9 }, Drained = true };
        Assert.Equal(0, await RunAsync([new(Idle, TimeSpan.FromSeconds(1), false), new(busy, TimeSpan.FromSeconds(75), true)], "workers"));

        string text = _output.ToString();
        Assert.Matches(@"gpu-1 +│ cuda +│ m1, process 7 +│ 1\.2\.3 +│ idle +│ 2 min 0\d s +│ 1 s ago", text);
        Assert.Matches($@"gpu-2 .*│ stage {Some.Key("s").ToString()[..12]} fine-tune 3/9, drained +│.*│ gone: silent for 1 min 15 s", text);
        Assert.Contains("1 slot, 0 at work.", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nobody_there_is_said()
    {
        Assert.Equal(0, await RunAsync([], "workers"));
        Assert.StartsWith("No worker was heard of lately in ", _output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_worker_is_drained_and_undrained_by_its_name()
    {
        Assert.Equal(0, await RunAsync([new(Idle, TimeSpan.Zero, false)], "drain", "gpu-1"));
        Assert.Equal("gpu-1 ends the stage that it has and takes no new one.\n", _output.ToString());
        Assert.Equal(0, await RunAsync([new(Idle, TimeSpan.Zero, false)], "undrain", "gpu-1"));

        Assert.Equal(2, await RunAsync([new(Idle, TimeSpan.Zero, false)], "drain", "gpu-3"));
        Assert.Contains("There is no worker 'gpu-3' in ", _error.ToString(), StringComparison.Ordinal);
        Assert.EndsWith("expected one of: gpu-1\n", _error.ToString(), StringComparison.Ordinal);
    }

    private Task<int> RunAsync(IReadOnlyList<SlotStatus> workers, params string[] arguments) => CommandLine.RunAsync(
        [.. arguments, "--home", _home],
        new CliContext { Output = _output, Error = _error, IsTerminal = false, Sessions = new ScriptedSessions(_home) { Workers = workers } });
}
