using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using PruneSearch.Cluster.Observability;

namespace PruneSearch.Cluster.Tests;

/// <summary>What is logged can be found by its trace, and the end of it goes with a stage that fails.</summary>
public sealed class LogTests
{
    [Fact]
    public void Lines_carry_the_trace_that_they_belong_to_in_the_file_and_in_what_is_kept()
    {
        using var home = new TestHome();
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.AddPruneSearchLogging(console: false, home.Path, TimeProvider.System);
        using var host = builder.Build();
        var logger = host.Services.GetRequiredService<ILoggerFactory>().CreateLogger("PruneSearch.Test");
        using var activity = new Activity("stage").Start();

        Log.StageThrew(logger, new InvalidOperationException("bad luck"), "abc");

        string kept = host.Services.GetRequiredService<RecentLog>().Tail(20);
        host.Services.GetRequiredService<ILoggerFactory>().Dispose();
        string file = File.ReadAllText(Directory.EnumerateFiles(home.Path, "host-*.log").Single());
        Assert.All([kept, file], text =>
        {
            Assert.Contains($"Error {Environment.ProcessId} {activity.TraceId} ", text, StringComparison.Ordinal);
            Assert.Contains("Stage abc threw", text, StringComparison.Ordinal);
            Assert.Contains("bad luck", text, StringComparison.Ordinal);
        });
    }

    [Fact]
    public void Only_the_last_lines_are_kept()
    {
        using var log = new RecentLog(TimeProvider.System);
        var logger = log.CreateLogger("PruneSearch.Cluster.Test");
        for (int i = 0; i < 100; i++)
        {
            Log.SearchDriven(logger, $"number-{i}");
        }

        string[] lines = log.Tail(3).Split('\n');
        Assert.Equal(3, lines.Length);
        Assert.EndsWith("Test: Search number-99 goes on", lines[^1], StringComparison.Ordinal);
    }
}
