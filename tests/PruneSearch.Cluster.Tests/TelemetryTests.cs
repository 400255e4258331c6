using System.Globalization;
using System.Text;
using PruneSearch.Cluster.TestHost;

namespace PruneSearch.Cluster.Tests;

/// <summary>What a person sees of a search in a trace viewer, after its process was killed in the middle.</summary>
public sealed class TelemetryTests
{
    private const int Seconds = 20;
    private static readonly TimeSpan Slack = TimeSpan.FromMilliseconds(1);

    [Fact]
    public async Task One_trace_shows_a_search_that_was_killed_from_its_launch_to_its_end()
    {
        using var home = new TestHome();
        using var receiver = new TraceReceiver();
        string log = home.File("runs.log");
        var environment = new Dictionary<string, string>
        {
            ["OTEL_EXPORTER_OTLP_ENDPOINT"] = receiver.Endpoint,
            ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
            ["OTEL_BSP_SCHEDULE_DELAY"] = "50", // what is told before the kill is on its way
            ["OTEL_RESOURCE_ATTRIBUTES"] = "deployment.environment.name=test,service.name=mine",
        };
        using (var first = TestHostProcess.Start(home, log, 1000, environment))
        {
            while (!File.Exists(log) || File.ReadLines(log).Count() % 2 == 0 || receiver.Spans.Count(s => s.Name == "stage") < File.ReadLines(log).Count() / 2
                || receiver.Spans.Count < 3)
            {
                await Task.Delay(20, TestContext.Current.CancellationToken);
            }
            first.Kill();
            await first.WaitForExitAsync(TestContext.Current.CancellationToken);
        }
        using (var second = TestHostProcess.Start(home, log, 50, environment))
        {
            await second.WaitForExitAsync(TestContext.Current.CancellationToken);
            Assert.Equal(0, second.ExitCode);
        }

        var spans = receiver.Spans;
        string tree = Tree(spans);
        TestContext.Current.TestOutputHelper!.WriteLine(tree);
        var search = Assert.Single(spans, s => s.Name == "search");
        Assert.True(spans.All(s => s.TraceId == search.TraceId), tree); // nothing of Orleans, no poll
        Assert.Equal(("", Plans.Created), (search.ParentId, search.Start));
        Assert.Equal("killed", search.Tag("search.id"));
        Assert.NotEmpty(search.Tag("best.trajectory"));
        Assert.True(double.Parse(search.Tag("best.slot_seconds"), CultureInfo.InvariantCulture) > 0, tree);

        var byId = spans.ToDictionary(s => s.SpanId); // each was written once
        Assert.All(spans.Where(s => s != search), s => Assert.True(byId.ContainsKey(s.ParentId), $"{s.Name} hangs in the air\n{tree}"));
        var (trajectories, stages, attempts) = (Named("trajectory"), Named("stage"), Named("attempt"));
        Assert.Equal(Plans.Small("killed").Trajectories.Select(t => t.Name).Order(), trajectories.Select(t => t.Tag("trajectory.name")).Order());
        Assert.Equal(Plans.Small("killed").Keys().Count, stages.Count);
        Assert.All(trajectories.Concat(stages), s => Assert.Equal(search.SpanId, s.ParentId));
        Assert.All(attempts, a => Assert.Equal("stage", byId[a.ParentId].Name));
        Assert.All(spans.Where(s => s != search), s => Assert.True(s.End <= search.End + Slack && s.Start <= s.End, tree));

        var shared = Assert.Single(stages, s => s.Tag("level") == "0"); // the base: every trajectory waited for it
        Assert.Equal(trajectories.Select(t => t.SpanId).Order(), shared.Links.Order());
        Assert.All(stages, s => Assert.All(s.Links, l => Assert.Contains(s.SpanId, byId[l].Links)));

        var lost = Assert.Single(attempts, a => a.Tag("stage.outcome") == "lost");
        Assert.True(lost.IsError, tree);
        Assert.Equal("lost", lost.Tags["error.type"]);
        var over = Assert.Single(attempts, a => a.ParentId == lost.ParentId && a != lost);
        Assert.True(over.Start >= lost.End - TimeSpan.FromSeconds(Seconds), tree);
        Assert.All(attempts.Where(a => a != lost), a =>
        {
            Assert.False(a.IsError, tree);
            Assert.Equal("completed", a.Tag("stage.outcome"));
            Assert.All(
                ["slot.name", "slot.seconds", "map50", "macs", "level", "stage.attempt", "device_class", "stage.key"], t => Assert.NotEqual("", a.Tag(t)));
        });
        Assert.Contains(receiver.Logs, l => l.TraceId == search.TraceId && l.Text.Contains(" begins", StringComparison.Ordinal));
        Assert.Contains(receiver.Logs, l => l.TraceId == search.TraceId && l.Text.Contains("Search killed ended", StringComparison.Ordinal));
        Assert.All(receiver.Resources, r => Assert.Equal(("mine", "test"), (r["service.name"], r["deployment.environment.name"])));
        Assert.All(receiver.Resources, r => Assert.True(r.ContainsKey("service.version") && r.ContainsKey("service.instance.id")));

        List<ReceivedSpan> Named(string name) => [.. spans.Where(s => s.Name == name)];
    }

    /// <summary>The spans as a trace viewer shows them.</summary>
    private static string Tree(IReadOnlyList<ReceivedSpan> spans)
    {
        var text = new StringBuilder();
        foreach (var root in spans.Where(s => !spans.Any(p => p.SpanId == s.ParentId)))
        {
            Write(root, "");
        }
        return text.ToString();

        void Write(ReceivedSpan span, string indent)
        {
            string links = string.Join(", ", span.Links.Select(l => spans.FirstOrDefault(s => s.SpanId == l) is { } to ? Label(to) : "?"));
            string tags = string.Join(' ', span.Tags.Where(t => !t.Key.EndsWith(".key", StringComparison.Ordinal)).OrderBy(t => t.Key, StringComparer.Ordinal)
                .Select(t => $"{t.Key.Replace("prunesearch.", "", StringComparison.Ordinal)}={t.Value}"));
            string seconds = (span.End - span.Start).TotalSeconds.ToString("F3", CultureInfo.InvariantCulture);
            text.AppendLine(CultureInfo.InvariantCulture, $"{indent}{Label(span)} {seconds} s{(span.IsError ? " ERROR" : "")} {tags}");
            if (links.Length > 0)
            {
                text.AppendLine(CultureInfo.InvariantCulture, $"{indent}  ~ {links}");
            }
            foreach (var child in spans.Where(s => s.ParentId == span.SpanId).OrderBy(s => s.Start))
            {
                Write(child, indent + "  ");
            }
        }

        static string Label(ReceivedSpan s) => s.Name switch
        {
            "trajectory" => $"trajectory {s.Tag("trajectory.name")}",
            "stage" => $"stage {s.Tag("stage.key")[..8]}",
            _ => s.Name,
        };
    }
}
