using System.Diagnostics;
using PruneSearch.Cluster.TestHost;

namespace PruneSearch.Cluster.Tests;

public sealed class TelemetryTests
{
    [Fact]
    public async Task One_trace_spans_a_search_across_a_restart()
    {
        using var home = new TestHome();
        using var receiver = new TraceReceiver();
        string log = home.File("runs.log");
        var environment = new Dictionary<string, string>
        {
            ["OTEL_EXPORTER_OTLP_ENDPOINT"] = receiver.Endpoint,
            ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
        };
        using (var first = TestHostProcess.Start(home, log, 1000, environment))
        {
            while (!File.Exists(log) || File.ReadLines(log).Count() < 3)
            {
                await Task.Delay(20, TestContext.Current.CancellationToken);
            }
            using var interrupt = Process.Start("kill", ["-INT", $"{first.Id}"]);
            await first.WaitForExitAsync(TestContext.Current.CancellationToken);
            Assert.Equal(130, first.ExitCode);
        }
        int before = receiver.Spans.Count(s => s.Name == "stage");
        using (var second = TestHostProcess.Start(home, log, 50, environment))
        {
            await second.WaitForExitAsync(TestContext.Current.CancellationToken);
            Assert.Equal(0, second.ExitCode);
        }

        var spans = receiver.Spans;
        var search = Assert.Single(spans, s => s.Name == "search");
        Assert.Equal("", search.ParentId);
        var trajectories = spans.Where(s => s.Name == "trajectory").ToList();
        Assert.All(trajectories, t => Assert.Equal((search.TraceId, search.SpanId), (t.TraceId, t.ParentId)));
        Assert.True(trajectories.Count > Plans.Small("killed").Trajectories.Count, "the restart made no trajectory spans");
        var stages = spans.Where(s => s.Name == "stage").ToList();
        Assert.InRange(before, 1, stages.Count - 1);
        Assert.All(stages, s => Assert.Equal(search.TraceId, s.TraceId));
        Assert.All(stages, s => Assert.Contains(trajectories, t => t.SpanId == s.ParentId));
    }
}
