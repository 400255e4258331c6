using PruneSearch.Cluster.TestHost;
using PruneSearch.Cluster.TestHost.Chaos;
using PruneSearch.Core.Searches;
using PruneSearch.Tests;

namespace PruneSearch.Cluster.Tests;

/// <summary>The short version of the chaos that docs/reliability.md reports on: real processes on PostgreSQL and Azurite.</summary>
public sealed class ChaosTests
{
    [Fact]
    public async Task A_cluster_in_which_everything_breaks_loses_nothing_and_ends_with_the_same_frontier()
    {
        var result = await ShortChaos.RunAsync(o => o with
        {
            Faults = 12,
            Together = 2,
            Tls = true,
            Kinds =
            [
                "kill -9 worker", "kill -9 control", "restart PostgreSQL", "PostgreSQL away", "stop Azurite", "stage hangs", "stage hangs, deaf",
                "slow store", "store full", "clock step", "certificate expired",
            ],
        });

        Assert.Equal((WorkState.Completed, true, 41), (result.State, result.SameFrontier, result.Stages));
        Assert.Empty(result.BegunAgain);
        Assert.Equal(12, result.Faults.Count);
    }
}

/// <summary>The same with a search that grows.</summary>
public sealed class GrowthChaosTests
{
    [Fact]
    public async Task A_search_that_grows_tries_the_same_when_a_worker_and_the_control_silo_are_killed()
    {
        var plan = GrowingPlans.Reproducible("grows", trajectories: 24);
        var result = await ShortChaos.RunAsync(o => o with { Plan = plan, Workers = 2, Faults = 4, Kinds = ["kill -9 worker", "kill -9 control"] });

        Assert.Equal((WorkState.Completed, true, true), (result.State, result.SameTrajectories, result.SameFrontier));
        Assert.Empty(result.BegunAgain);
        Assert.Equal(4, result.Faults.Count);
    }
}

/// <summary>The same on hosts of their own.</summary>
public sealed class NetworkChaosTests
{
    [Fact]
    public async Task Hosts_in_network_namespaces_go_on_when_one_of_them_has_no_way_to_the_database()
    {
        if (NetworkHosts.Lacking(250) is { } why)
        {
            Assert.Skip(why);
        }
        var result = await ShortChaos.RunAsync(o => o with
        {
            Faults = 1,
            Workers = 2,
            Trajectories = 4,
            Network = 250,
            Tls = true,
            Kinds = ["no way to the database"],
            Partition = TimeSpan.FromSeconds(4),
        });

        Assert.Equal((WorkState.Completed, true), (result.State, result.SameFrontier));
        Assert.Empty(result.BegunAgain);
    }
}

/// <summary>A cluster that is broken for a minute. Each test has a class of its own: they mostly wait, and wait beside each other.</summary>
internal static class ShortChaos
{
    public static async Task<ChaosResult> RunAsync(Func<ChaosOptions, ChaosOptions> with)
    {
        var folder = Directory.CreateTempSubdirectory("prunesearch-chaos-");
        try
        {
            if (!OperatingSystem.IsWindows())
            {
                // PostgreSQL runs as another user
                File.SetUnixFileMode(folder.FullName, File.GetUnixFileMode(folder.FullName) | UnixFileMode.OtherExecute | UnixFileMode.GroupExecute);
            }
            using var output = new StringWriter();
            return await new ChaosRun(with(new ChaosOptions
            {
                Seed = 11,
                Trajectories = 8,
                MaxMilliseconds = 1500,
                BlobOutage = TimeSpan.FromSeconds(3),
                Trouble = TimeSpan.FromSeconds(3),
                DatabaseOutage = TimeSpan.FromSeconds(8),
                WaitsForSlots = false,
                Folder = folder.FullName,
                PostgresPrograms = Services.PostgresPrograms,
                PostgresUser = Services.PostgresUser,
                AzuriteProgram = Services.AzuriteProgram,
            }), output).RunAsync();
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
