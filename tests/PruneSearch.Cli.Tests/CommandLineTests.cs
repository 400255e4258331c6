using PruneSearch.Client.SearchFiles;
using PruneSearch.Connections.Sessions;
using PruneSearch.Core.Searches;
using PruneSearch.Core.Stages;
using PruneSearch.Core.Tests.Comparisons;

namespace PruneSearch.Cli.Tests;

public sealed class CommandLineTests : IDisposable
{
    private const string Escape = "\u001b";
    private readonly string _home = Directory.CreateTempSubdirectory("home with spaces ").FullName;
    private readonly StringWriter _output = new(), _error = new();

    public void Dispose()
    {
        Directory.Delete(_home, recursive: true);
        _output.Dispose();
        _error.Dispose();
    }

    private Task<int> RunAsync(ScriptedSessions sessions, params string[] arguments) => CommandLine.RunAsync([.. arguments, "--home", _home], new CliContext
    {
        Output = _output,
        Error = _error,
        IsTerminal = false,
        Sessions = sessions,
        Interval = TimeSpan.FromMilliseconds(1),
    });

    private string[] Errors => _error.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);

    private string WriteSearch(string change = "")
    {
        string path = Path.Combine(_home, "search.yaml");
        File.WriteAllText(path, $$$"""
            name: tiny
            data: {format: shapes, train: 2, validation: 1, size: 64}
            detector: {fine-tune: {steps: 1}}
            trajectories: {levels: [0.2], schedules: [{kind: one-shot}]}
            {{{change}}}
            """);
        return path;
    }

    [Theory]
    [InlineData("pi", "device-class: 'pi' is a class of a cluster's slots, expected cpu or cuda for a search on this machine")]
    [InlineData("a b", "device-class: 'a b' is not right, expected 1 to 100 letters, digits and - _ .")]
    [InlineData("cuda", "Device 'cuda' is not there: this machine and libtorch build offer 0 CUDA device(s).")]
    public async Task A_search_for_a_device_that_this_machine_has_not_is_refused_before_it_begins(string deviceClass, string expected)
    {
        Assert.SkipWhen(deviceClass == "cuda" && TorchSharp.torch.cuda.is_available(), "there is a GPU here");
        var sessions = new ScriptedSessions(_home);

        Assert.Equal(ExitCode.BadInput, await RunAsync(sessions, "run", WriteSearch($"device-class: {deviceClass}")));

        Assert.Contains(expected, Assert.Single(Errors), StringComparison.Ordinal);
        Assert.Empty(sessions.Calls);
    }

    [Fact]
    public async Task A_search_whose_device_was_on_another_machine_is_not_resumed()
    {
        Assert.SkipWhen(TorchSharp.torch.cuda.is_available(), "there is a GPU here");
        var moved = Made.Plan([1]) with { DeviceClass = DeviceClasses.Cuda };
        var sessions = new ScriptedSessions(_home, Some.Status(WorkState.Waiting)) { Plan = moved };

        Assert.Equal(ExitCode.BadInput, await RunAsync(sessions, "resume", "made-up-0001"));

        Assert.Contains("Device 'cuda' is not there", Assert.Single(Errors), StringComparison.Ordinal);
        Assert.Equal(["open to work", "close"], sessions.Calls);
    }

    [Fact]
    public async Task Run_launches_follows_and_writes_the_results()
    {
        var sessions = new ScriptedSessions(_home,
            Some.Status(
                WorkState.Running,
                Some.Trajectory(WorkState.Running, progress: new StageProgress { Part = "fine-tune", Step = 3, Steps = 9, Loss = 1.5, ImagesPerSecond = 8 })),
            Some.Status(WorkState.Completed, Some.Trajectory(WorkState.Completed, done: 3)));

        Assert.Equal(0, await RunAsync(sessions, "run", WriteSearch()));

        Assert.Equal(["open to work", "launch tiny", "close"], sessions.Calls);
        string output = _output.ToString();
        Assert.Contains("fine-tune 3/9  loss 1.500  8.0 images/s", output, StringComparison.Ordinal);
        Assert.Contains("6 of 10 models are on the frontier of mAP50 and latency", output, StringComparison.Ordinal);
        Assert.DoesNotContain(Escape, output, StringComparison.Ordinal);
        string results = Assert.Single(Directory.GetDirectories(Path.Combine(_home, "searches")));
        Assert.StartsWith("tiny-", Path.GetFileName(results), StringComparison.Ordinal);
        Assert.Equal(["frontier.csv", "frontier.json", "frontier.png"], Directory.GetFiles(results).Select(Path.GetFileName).Order());
    }

    [Fact]
    public async Task A_stage_that_does_not_let_go_ends_the_command_with_its_line_and_4()
    {
        var sessions = new ScriptedSessions(_home, Some.Status(WorkState.Running, Some.Trajectory(WorkState.Running)))
        {
            OnAsk = (n, _) => n < 2 ? Task.CompletedTask : throw new StuckStageException("stage 0123456789ab does not let go of the slot: it hung"),
        };

        Assert.Equal(4, await RunAsync(sessions, "run", WriteSearch()));

        Assert.Equal("prunesearch: stage 0123456789ab does not let go of the slot: it hung", Errors[^1]);
        Assert.Equal("close", sessions.Calls[^1]); // what can be given back is
    }

    [Fact]
    public async Task A_device_that_nobody_has_is_named_at_launch_and_in_status()
    {
        var running = Some.Status(WorkState.Running, Some.Trajectory(WorkState.Running)) with
        {
            Measuring = [new("pi", 0, 0, 2, 0, "waits for a slot of class pi: none is known")],
        };
        var sessions = new ScriptedSessions(_home, running, Some.Status(WorkState.Completed, Some.Trajectory(WorkState.Completed, done: 3)));

        Assert.Equal(0, await RunAsync(sessions, "run", WriteSearch("measure: {on: pi}")));

        Assert.StartsWith("warning: measure.on: no slot of class pi is known now", Assert.Single(Errors), StringComparison.Ordinal);
        // What is left to wait for when all is trained.
        Assert.DoesNotContain("models measured", _output.ToString(), StringComparison.Ordinal);
        var trained = Some.Status(WorkState.Running, Some.Trajectory(WorkState.Completed, done: 3)) with { Measuring = running.Measuring };
        sessions = new ScriptedSessions(_home, trained, trained, Some.Status(WorkState.Completed, Some.Trajectory(WorkState.Completed, done: 3)));
        Assert.Equal(0, await RunAsync(sessions, "follow", running.Id));
        Assert.Single(_output.ToString().Split('\n'), "pi: 0 of 2 models measured; waits for a slot of class pi: none is known");

        Assert.Equal(0, await RunAsync(new ScriptedSessions(_home, running), "status", running.Id));
        Assert.Contains("\n  pi: 0 of 2 models measured; waits for a slot of class pi: none is known\n", _output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_failed_search_ends_with_1_and_its_reason()
    {
        var sessions = new ScriptedSessions(_home, Some.Status(WorkState.Failed, Some.Trajectory(WorkState.Failed, reason: "the loss diverged")));

        Assert.Equal(1, await RunAsync(sessions, "resume", "made-up-0001"));

        Assert.Contains("prunesearch: iterative-40 failed: the loss diverged", Errors);
        Assert.Equal("prunesearch: search made-up-0001 failed: made-up reason. When that is mended, try again with: prunesearch resume made-up-0001 " +
            $"--retry-failed --home '{_home}'", Errors[^1]);
    }

    [Fact]
    public async Task Resume_can_retry_what_failed()
    {
        var sessions = new ScriptedSessions(_home, Some.Status(WorkState.Completed));

        Assert.Equal(0, await RunAsync(sessions, "resume", "made-up-0001", "--retry-failed"));

        Assert.Equal(["open to work", "resume made-up-0001 and retry", "close"], sessions.Calls);
    }

    [Fact]
    public async Task Resume_can_add_to_the_budget()
    {
        var sessions = new ScriptedSessions(_home, Some.Status(WorkState.Completed));

        Assert.Equal(0, await RunAsync(sessions, "resume", "made-up-0001", "--hours", "2", "--steps", "500"));
        Assert.Equal(
            ["open to work", $"extend made-up-0001 by {new BudgetSettings { Hours = 2, Steps = 500 }}", "resume made-up-0001", "close"], sessions.Calls);

        Assert.Equal(2, await RunAsync(sessions, "resume", "made-up-0001", "--hours", "0"));
        Assert.Contains("--hours is '0', expected a number above 0", Assert.Single(Errors), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Resume_is_told_where_moved_pictures_lie_now_and_tries_again()
    {
        string drawn = Path.Combine(_home, "drawn"), moved = Path.Combine(_home, "moved");
        var search = new SearchLauncher(drawn, TimeProvider.System).Check(SearchFileReader.Read(WriteSearch()), TestContext.Current.CancellationToken);
        var sessions = new ScriptedSessions(_home, Some.Status(WorkState.Completed)) { Plan = search.Plan };
        await SearchLauncher.PublishAsync(search, sessions.Checkpoints, TestContext.Current.CancellationToken);
        Directory.Move(drawn, moved);

        Assert.Equal(0, await RunAsync(sessions, "resume", "made-up-0001", "--data", moved));
        Assert.Contains($"shapes/train: 2 pictures in {Path.Combine(moved, "shapes-2-1-64-1")}", _output.ToString(), StringComparison.Ordinal);
        Assert.Contains("resume made-up-0001 and retry", sessions.Calls);

        Directory.Delete(moved, recursive: true);
        Assert.Equal(2, await RunAsync(sessions, "resume", "made-up-0001", "--data", moved));
        Assert.Contains("its pictures are not in", Assert.Single(Errors), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("run", "nowhere.yaml")]
    [InlineData("frontier", "unknown-0000")]
    [InlineData("status", "unknown-0000")]
    [InlineData("resume", "unknown-0000")]
    [InlineData("cancel", "unknown-0000")]
    [InlineData("frontier")]
    [InlineData("dance")]
    [InlineData("list", "--nonsense")]
    public async Task Bad_input_is_one_line_and_2(params string[] arguments)
    {
        Assert.Equal(2, await RunAsync(new ScriptedSessions(_home), arguments));

        Assert.StartsWith("prunesearch: ", Assert.Single(Errors), StringComparison.Ordinal);
        Assert.Empty(_output.ToString());
    }

    [Fact]
    public async Task A_wrong_search_file_starts_nothing()
    {
        var sessions = new ScriptedSessions(_home);

        Assert.Equal(2, await RunAsync(sessions, "run", WriteSearch("sede: 1")));

        Assert.Contains("search.yaml:5:1: unknown key 'sede'", Assert.Single(Errors), StringComparison.Ordinal);
        Assert.Empty(sessions.Calls);
    }

    [Fact]
    public async Task A_home_that_cannot_be_written_is_bad_input()
    {
        string file = Path.Combine(_home, "file");
        await File.WriteAllTextAsync(file, "", TestContext.Current.CancellationToken);
        var sessions = new ScriptedSessions(_home);
        var context = new CliContext { Output = _output, Error = _error, IsTerminal = false, Sessions = sessions };

        Assert.Equal(2, await CommandLine.RunAsync(["run", WriteSearch(), "--home", Path.Combine(file, "home")], context));

        Assert.Contains("is not writable", Assert.Single(Errors), StringComparison.Ordinal);
        Assert.Empty(sessions.Calls);
    }

    [Fact]
    public async Task An_unexpected_error_is_one_line_and_1()
    {
        var sessions = new ScriptedSessions(_home, Some.Status(WorkState.Running)) { OnStatus = () => throw new InvalidOperationException("two\nlines") };

        Assert.Equal(1, await RunAsync(sessions, "resume", "made-up-0001"));

        Assert.StartsWith("prunesearch: unexpected InvalidOperationException: two lines", Assert.Single(Errors), StringComparison.Ordinal);
    }

    [Fact]
    public async Task List_and_status_show_searches()
    {
        var sessions = new ScriptedSessions(_home, Some.Status(WorkState.Completed, Some.Trajectory(WorkState.Completed, done: 3)));

        Assert.Equal(0, await RunAsync(sessions, "list"));
        Assert.Equal(0, await RunAsync(sessions, "status", "made-up-0001"));

        Assert.Contains("made-up-0001             1970-01-01 00:00 UTC  completed  1/1 trajectories", _output.ToString(), StringComparison.Ordinal);
        Assert.Contains("iterative-40        2/2  completed  mAP50 0.700", _output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_frontier_goes_to_files_and_to_the_output()
    {
        var sessions = new ScriptedSessions(_home, Some.Status(WorkState.Completed));
        string png = Path.Combine(_home, "f.png"), json = Path.Combine(_home, "f.json");

        Assert.Equal(0, await RunAsync(sessions, "frontier", "made-up-0001", "--csv", "-", "--png", png, "--json", json));

        Assert.StartsWith("trajectory,schedule,", _output.ToString(), StringComparison.Ordinal);
        Assert.True(File.Exists(png) && File.Exists(json));
    }

    [Fact]
    public async Task Help_needs_no_home()
    {
        var sessions = new ScriptedSessions(_home);
        Assert.Equal(0, await RunAsync(sessions, "--help"));
        Assert.Contains("quickstart", _output.ToString(), StringComparison.Ordinal);
        Assert.Empty(sessions.Calls);
    }

    [Fact]
    public async Task Data_push_sends_pictures_once()
    {
        string pictures = Path.Combine(_home, "my pictures", "deep");
        Directory.CreateDirectory(pictures);
        File.WriteAllBytes(Path.Combine(pictures, "a.JPG"), [1]);
        File.WriteAllBytes(Path.Combine(pictures, "b.png"), [2, 3]);
        File.WriteAllText(Path.Combine(pictures, "labels.txt"), "no picture");
        var sessions = new ScriptedSessions(_home);

        Assert.Equal(0, await RunAsync(sessions, "data", "push", Path.GetDirectoryName(pictures)!));
        Assert.Equal(0, await RunAsync(sessions, "data", "push", Path.GetDirectoryName(pictures)!));

        Assert.Contains(": 2 sent, 0 were there already", _output.ToString(), StringComparison.Ordinal);
        Assert.Contains(": 0 sent, 2 were there already", _output.ToString(), StringComparison.Ordinal);
        Assert.All(Errors, e => Assert.Contains("1 file in", e, StringComparison.Ordinal));
        Assert.All(Errors, e => Assert.Contains("passed over (first: deep/labels.txt), expected files that end in .jpg", e, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Data_push_without_pictures_says_what_was_expected()
    {
        Assert.Equal(2, await RunAsync(new ScriptedSessions(_home), "data", "push", Path.Combine(_home, "nowhere")));
        Directory.CreateDirectory(Path.Combine(_home, "empty"));
        Assert.Equal(2, await RunAsync(new ScriptedSessions(_home), "data", "push", Path.Combine(_home, "empty")));

        Assert.Contains("nowhere: does not exist, expected a folder with pictures", Errors[0], StringComparison.Ordinal);
        Assert.Contains("has no pictures, expected files that end in .jpg", Errors[1], StringComparison.Ordinal);
    }
}
