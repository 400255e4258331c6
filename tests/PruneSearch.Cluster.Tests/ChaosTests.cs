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
        var folder = Directory.CreateTempSubdirectory("prunesearch-chaos-");
        try
        {
            if (!OperatingSystem.IsWindows())
            {
                // PostgreSQL runs as another user
                File.SetUnixFileMode(folder.FullName, File.GetUnixFileMode(folder.FullName) | UnixFileMode.OtherExecute | UnixFileMode.GroupExecute);
            }
            using var output = new StringWriter();
            var result = await new ChaosRun(new ChaosOptions
            {
                Seed = 11,
                Faults = 7,
                Trajectories = 8,
                MaxMilliseconds = 1500,
                Kinds = ["kill -9 worker", "kill -9 control", "restart PostgreSQL", "PostgreSQL away", "stop Azurite", "stage hangs", "stage hangs, deaf"],
                BlobOutage = TimeSpan.FromSeconds(3),
                DatabaseOutage = TimeSpan.FromSeconds(8),
                WaitsForSlots = false,
                Folder = folder.FullName,
                PostgresPrograms = Services.PostgresPrograms,
                PostgresUser = Services.PostgresUser,
                AzuriteProgram = Services.AzuriteProgram,
            }, output).RunAsync();

            Assert.Equal((WorkState.Completed, true, 41), (result.State, result.SameFrontier, result.Stages));
            Assert.Empty(result.BegunAgain);
            Assert.Equal(7, result.Faults.Count);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
