using System.Text;
using System.Text.Json;
using PruneSearch.Core;
using PruneSearch.Core.Searches;
using PruneSearch.Core.Stages;
using PruneSearch.Core.Storage;
using PruneSearch.Inference.Measuring;

namespace PruneSearch.Cli.Tests.Commands;

/// <summary>Models go to a device without a network in a folder, and its figures come back in a file, whole or not at all.</summary>
public sealed class MeasureElsewhereTests : IDisposable
{
    private const string Search = "made-up-0001", Device = "pi";
    private readonly string _home = Directory.CreateTempSubdirectory("elsewhere").FullName;
    private readonly StringWriter _output = new(), _error = new();

    private string Bundle => Path.Combine(_home, "bundle");

    private string Results => Path.Combine(Bundle, BundleResults.FileName);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        Directory.Delete(_home, recursive: true);
        _output.Dispose();
        _error.Dispose();
    }

    [Fact]
    public async Task Figures_come_back_in_a_file_and_bad_ones_are_refused_before_one_is_taken()
    {
        var sessions = await SearchAsync();
        Assert.Equal(0, await RunAsync(sessions, "measure", "--bundle", Bundle, "--search", Search));
        var bundle = MeasuringBundle.Read(Bundle);
        Assert.Equal((Device, 2), (bundle.DeviceClass, bundle.Models.Count));
        Assert.Single(Directory.GetFiles(Path.Combine(Bundle, "models"))); // both are the same file here
        Assert.True(File.Exists(Path.Combine(Bundle, "measure.sh")) && File.Exists(Path.Combine(Bundle, "measure.cmd")));
        await RefusedAsync(sessions, "is there and not empty, expected a new folder", "--bundle", Bundle, "--search", Search);
        await RefusedAsync(sessions, "--on is 'phone', expected pi", "--bundle", Bundle + "2", "--search", Search, "--on", "phone");

        // On the device: a model that was changed is not measured, and what is interrupted goes on.
        string model = Directory.GetFiles(Path.Combine(Bundle, "models"))[0];
        byte[] content = await File.ReadAllBytesAsync(model, Cancellation);
        await File.WriteAllBytesAsync(model, [.. content, 0], Cancellation);
        var changed = Assert.Throws<FormatException>(() => Measure());
        Assert.Contains("changed since it was put into the bundle", changed.Message, StringComparison.Ordinal);
        await File.WriteAllBytesAsync(model, content, Cancellation);
        Assert.Equal(2, Measure());
        Assert.Equal(0, Measure());

        string good = await File.ReadAllTextAsync(Results, Cancellation);
        await BadAsync(sessions, good.Replace("\"format\": 1", "\"format\": 2"), "its format is 2, expected 1");
        await BadAsync(sessions, good.Replace(Search, "other-0001"), "There is no search 'other-0001'");
        await BadAsync(sessions, good.Replace("\"pi\"", "\"phone\""), "is of device class 'phone', on which search made-up-0001 does not measure, expected pi");
        await BadAsync(sessions, good.Replace(bundle.Models[1].Key, Some.Key("other")), "which search made-up-0001 does not have");
        await BadAsync(sessions, good.Replace(bundle.Models[0].Own, Some.Key("other")), "is not the one that search made-up-0001 has now");
        await BadAsync(sessions, good.Replace("\"speedUpLow\": ", "\"speedUpLow\": -"), "are no times above 0");
        await BadAsync(sessions, good[..(good.Length / 2)], "is no file of results");
        Assert.Empty(sessions.Supplied);

        await File.WriteAllTextAsync(Results, good, Cancellation);
        Assert.Equal(0, await RunAsync(sessions, "measure", "--read", Results));
        Assert.Contains("made-up-0001: 2 figures from pi. Its frontier: prunesearch frontier made-up-0001 --device pi", $"{_output}", StringComparison.Ordinal);
        Assert.Equal(bundle.Models.Select(m => (m.Key, m.Model)), sessions.Supplied.Select(s => (s.Key, s.Measures!.Value)));
        Assert.All(sessions.Supplied, s => Assert.True(s.Latency.Runs > 0));
        Assert.Equal(0, await RunAsync(sessions, "measure", "--read", Results));
        Assert.Contains("0 figures from pi, 2 were there already", _output.ToString(), StringComparison.Ordinal);
    }

    private int Measure()
    {
        int told = 0;
        BundleMeasuring.Run(Bundle, 0, TimeProvider.System, _ => told++, Cancellation);
        return told;
    }

    private async Task BadAsync(ScriptedSessions sessions, string text, string expected)
    {
        await File.WriteAllTextAsync(Results, text, Cancellation);
        await RefusedAsync(sessions, expected, "--read", Results);
    }

    private async Task RefusedAsync(ScriptedSessions sessions, string expected, params string[] arguments)
    {
        _error.GetStringBuilder().Clear();
        Assert.Equal(2, await RunAsync(sessions, ["measure", .. arguments]));
        Assert.Contains(expected, _error.ToString(), StringComparison.Ordinal);
    }

    private Task<int> RunAsync(ScriptedSessions sessions, params string[] arguments) => CommandLine.RunAsync(
        [.. arguments, "--home", _home], new CliContext { Output = _output, Error = _error, IsTerminal = false, Sessions = sessions });

    // A base and a model that went on from it, both finished.
    private async Task<ScriptedSessions> SearchAsync()
    {
        var data = new DataSettings { Train = "train", Validation = "validation" };
        var measure = new MeasureSettings { MaxSeconds = 0.1 };
        var first = new StageDescription { Base = new BaseSettings { Detector = SmallModel.Model.Spec }, Data = data, Measure = measure };
        var second = new StageDescription { Parent = first.ComputeKey(), Data = data, Measure = measure with { Baseline = first.ComputeKey() } };
        var trajectory = new TrajectoryPlan { Name = "dense-control", Schedule = ScheduleKind.DenseControl, Ratio = 0, Stages = [first, second] };
        StageReport[] reports = [.. trajectory.Keys.Select(k => Some.Report(.5, 1) with { Key = k })];
        var sessions = new ScriptedSessions(Path.Combine(_home, "checkpoints"), Some.Status(WorkState.Running))
        {
            Plan = new SearchPlan
            {
                Id = Search,
                Name = "made-up",
                Objectives = Some.View().Objectives,
                Trajectories = [trajectory],
                Created = DateTimeOffset.UnixEpoch,
                MeasureOn = [Device],
            },
            View = Some.View() with
            {
                Points = [.. reports.Select((r, i) => Some.Point("dense-control", i == 0 ? ScheduleKind.Base : ScheduleKind.DenseControl, 0, i, r))],
            },
        };
        foreach (var report in reports)
        {
            await PutAsync(CheckpointNames.Onnx(report.Key), SmallModel.Raw());
            await PutAsync(CheckpointNames.Detector(report.Key), Encoding.UTF8.GetBytes(SmallModel.Model.Spec.ToJson()));
            await PutAsync(CheckpointNames.Report(report.Key), JsonSerializer.SerializeToUtf8Bytes(report, CoreJson.Readable));
        }
        return sessions;

        Task PutAsync(string name, byte[] content) =>
            sessions.Checkpoints.PutAsync(name, (stream, c) => stream.WriteAsync(content, c).AsTask(), PutCondition.None, Cancellation);
    }
}
