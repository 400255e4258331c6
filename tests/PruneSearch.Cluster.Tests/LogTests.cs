using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using PruneSearch.Cluster.Observability;

namespace PruneSearch.Cluster.Tests;

/// <summary>What is logged can be found by its trace, and the end of it goes with a stage that fails.</summary>
public sealed partial class LogTests
{
    [Fact]
    public void Lines_carry_the_trace_that_they_belong_to_in_the_file_and_in_what_is_kept()
    {
        using var home = new TestHome();
        using var host = Host(home.Path);
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
        using var host = Host();
        var logger = host.Services.GetRequiredService<ILoggerFactory>().CreateLogger("PruneSearch.Cluster.Test");
        for (int i = 0; i < 100; i++)
        {
            Log.SearchDriven(logger, $"number-{i}");
        }

        string[] lines = host.Services.GetRequiredService<RecentLog>().Tail(3).Split('\n');
        Assert.Equal(3, lines.Length);
        Assert.EndsWith("Test: Search number-99 goes on", lines[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void What_Orleans_says_at_every_start_is_left_out_and_nothing_else()
    {
        using var host = Host();
        var factory = host.Services.GetRequiredService<ILoggerFactory>();
        var (silo, watchdog) = (factory.CreateLogger("Orleans.Runtime.Silo"), factory.CreateLogger("Orleans.Runtime.Watchdog"));
        NotServerGc(silo);
        ServerGcOnMultiCore(silo);
        NotPrompt(silo);
        Stalled(watchdog, TimeSpan.FromDays(1)); // longer than this process lives
        Stalled(watchdog, TimeSpan.Zero);

        string[] lines = host.Services.GetRequiredService<RecentLog>().Tail(10).Split('\n');

        Assert.Equal(2, lines.Length);
        Assert.EndsWith("Some grains failed to deactivate promptly.", lines[0], StringComparison.Ordinal);
        Assert.Contains("has not completed for 00:00:00", lines[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_start_that_goes_well_warns_of_nothing()
    {
        using var home = new TestHome();
        await using (await home.StartAsync(null))
        {
            Assert.DoesNotContain(home.LogLines(), l => l.Contains(" Warning ", StringComparison.Ordinal) || l.Contains(" Error ", StringComparison.Ordinal));
        }
    }

    private static IHost Host(string? folder = null)
    {
        var builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.AddPruneSearchLogging(console: false, folder);
        return builder.Build();
    }

    // As Orleans says it.
    [LoggerMessage(LogLevel.Warning, "Note: Silo not running with ServerGC turned on - recommend checking app config : <gcServer enabled=\"true\">")]
    private static partial void NotServerGc(ILogger logger);

    [LoggerMessage(LogLevel.Warning, "Note: ServerGC only kicks in on multi-core systems (settings enabling ServerGC have no effect on single-core machines).")]
    private static partial void ServerGcOnMultiCore(ILogger logger);

    [LoggerMessage(LogLevel.Warning, "Some grains failed to deactivate promptly.")]
    private static partial void NotPrompt(ILogger logger);

    [LoggerMessage(
        LogLevel.Warning,
        "Participant check thread has not completed for {TimeSinceLastTick}, potentially indicating lock contention or deadlock, CPU starvation.")]
    private static partial void Stalled(ILogger logger, TimeSpan timeSinceLastTick);
}
