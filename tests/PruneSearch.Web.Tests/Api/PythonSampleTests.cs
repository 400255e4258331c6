using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using PruneSearch.Cluster.Hosting;
using PruneSearch.Cluster.TestHost;
using PruneSearch.Connections.Sessions;
using PruneSearch.Core.Detectors;
using PruneSearch.Core.Searches;
using PruneSearch.Core.Stages;
using PruneSearch.Inference.Detecting;
using PruneSearch.Storage;
using PruneSearch.Tests;

namespace PruneSearch.Web.Tests.Api;

/// <summary>The guide's Python program, against a real silo whose stages train nothing.</summary>
public sealed class PythonSampleTests
{
    private static readonly string Sample = Path.Combine(Checkout.Root, "docs", "samples", "launch_and_follow.py");

    [Fact]
    public async Task It_launches_a_search_follows_it_to_its_end_and_fetches_a_model_that_runs()
    {
        Assert.SkipWhen(Python() is null, "there is no python3");
        var folder = Directory.CreateTempSubdirectory("prunesearch-");
        try
        {
            string home = Path.Combine(folder.FullName, "home"), search = Path.Combine(folder.FullName, "search.yaml");
            string model = Path.Combine(folder.FullName, "model.onnx");
            Directory.CreateDirectory(home);
            await File.WriteAllTextAsync(search, MadeUpHome.SearchText, TestContext.Current.CancellationToken);
            var runner = Runner(home);
            var sessions = new SearchSessions(_ => { }, services => services.AddSingleton<IStageRunner>(runner));
            await using var session = await sessions.KeepAsync(new SearchPlace(home), reason => Assert.Fail(reason), TestContext.Current.CancellationToken);
            await using var server = await WebServer.StartAsync(
                new WebSettings { Token = "the-token", DrawnFolder = Path.Combine(folder.FullName, "drawn") }, session,
                cancellation: TestContext.Current.CancellationToken);

            var start = new ProcessStartInfo(Python()!, [Sample, server.Address.ToString().TrimEnd('/'), "the-token", search, model])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            };
            using var process = Process.Start(start)!;
            string output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
            Assert.True(process.ExitCode == 0, output + await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken));

            string[] lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
            Assert.Equal("end: completed", lines[^1]);
            string[] reports = [.. lines.Where(l => l.Contains("mAP50", StringComparison.Ordinal))];
            Assert.Equal(runner.Started.Distinct().Count(), reports.Length);
            Assert.Equal(reports.Length, reports.Distinct().Count());
            using var detector = OnnxDetector.Open(model);
            Assert.True(detector.EndToEnd);
            Assert.Equal(WorkState.Completed, Assert.Single(await session.ListAsync()).State);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    // Each stage leaves the base detector, which only the first one names.
    private static StubStageRunner Runner(string home)
    {
        DetectorModel? model = null;
        var store = new FolderCheckpointStore(home);
        return new StubStageRunner(TimeSpan.Zero)
        {
            Behaviour = (job, _) =>
            {
                model ??= DetectorCatalog.Build(job.Description.Base!.Detector);
                MadeUpHome.WriteModelAsync(store, job.Key, model).GetAwaiter().GetResult();
            },
        };
    }

    private static string? Python() => Environment.GetEnvironmentVariable("PATH")?.Split(Path.PathSeparator)
        .Select(f => Path.Combine(f, OperatingSystem.IsWindows() ? "python3.exe" : "python3")).FirstOrDefault(File.Exists);
}
