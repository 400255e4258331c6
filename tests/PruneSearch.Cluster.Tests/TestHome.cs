using Microsoft.Extensions.DependencyInjection;
using PruneSearch.Cluster.Hosting;
using PruneSearch.Cluster.TestHost;
using PruneSearch.Core.Searches;
using PruneSearch.Core.Stages;

namespace PruneSearch.Cluster.Tests;

/// <summary>A home folder for one test, and hosts with stub stages in it.</summary>
internal sealed class TestHome : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("prunesearch-");

    /// <summary>Quick polls and renewals, long leases: no test depends on the length of a lease that it does not set.</summary>
    public static readonly ClusterTimings Quick = new()
    {
        Renewal = TimeSpan.FromMilliseconds(50),
        Poll = TimeSpan.FromMilliseconds(100),
        IdleClaim = TimeSpan.FromMilliseconds(50),
    };

    public string Path => System.IO.Path.Combine(_folder.FullName, "home");

    public string File(string name) => System.IO.Path.Combine(_folder.FullName, name);

    public Task<EmbeddedHost> StartAsync(IStageRunner? runner, ClusterTimings? timings = null) => EmbeddedHost.StartAsync(new EmbeddedHostOptions
    {
        Home = Path,
        RunSlot = runner is not null,
        Timings = timings ?? Quick,
        ConfigureServices = s => s.AddSingleton(runner ?? new StubStageRunner(TimeSpan.Zero)),
    });

    /// <summary>What the hosts of the home logged so far.</summary>
    public string[] LogLines()
    {
        using var reader = new StreamReader(
            new FileStream(Directory.EnumerateFiles(System.IO.Path.Combine(Path, "logs")).Single(), FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        return reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    public void Dispose() => _folder.Delete(recursive: true);
}

internal static class HostExtensions
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan TimeLimit = TimeSpan.FromSeconds(60);

    /// <summary>Launches and waits for the end.</summary>
    public static async Task<SearchStatus> RunAsync(this EmbeddedHost host, SearchPlan plan)
    {
        await host.Client.LaunchAsync(plan);
        return await host.EndAsync(plan.Id);
    }

    public static Task<SearchStatus> EndAsync(this EmbeddedHost host, string id) =>
        host.UntilAsync(id, s => s.State.IsOver());

    /// <summary>Waits for a status; gives up with what it saw last.</summary>
    public static async Task<SearchStatus> UntilAsync(this EmbeddedHost host, string id, Func<SearchStatus, bool> holds)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        timeout.CancelAfter(TimeLimit);
        SearchStatus? last = null;
        try
        {
            while (true)
            {
                last = await host.Client.StatusAsync(id);
                if (holds(last))
                {
                    return last;
                }
                await Task.Delay(Interval, timeout.Token);
            }
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"The search did not get there: {System.Text.Json.JsonSerializer.Serialize(last, Core.CoreJson.Readable)}");
        }
    }
}
