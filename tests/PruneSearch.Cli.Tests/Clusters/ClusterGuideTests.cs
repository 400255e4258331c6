using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.RegularExpressions;
using Npgsql;
using PruneSearch.Cluster.Hosting;
using PruneSearch.Tests;

namespace PruneSearch.Cli.Tests.Clusters;

/// <summary>What the guide says of a cluster of three processes with certificates is done as it stands there.</summary>
public sealed partial class ClusterGuideTests : IDisposable
{
    private static readonly TimeSpan TimeLimit = TimeSpan.FromMinutes(2);
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("prunesearch-guide-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task The_commands_of_the_guide_make_three_processes_that_know_each_other_and_refuse_a_viewer_that_cancels()
    {
        string guide = await File.ReadAllTextAsync(Path.Combine(Checkout.Root, "docs", "guide", "cluster.md"), TestContext.Current.CancellationToken);
        string[] blocks = [.. Blocks().Matches(guide).Select(m => m.Groups["text"].Value)];
        string start = blocks.Single(b => b.Contains("cat > cluster/settings.yaml", StringComparison.Ordinal));
        string[] told = blocks.Single(b => b.StartsWith("$ grep -hE '^(Silo|Worker) '", StringComparison.Ordinal)).Trim().Split('\n')[1..];
        Assert.Single(start.Split('\n'), l => l.StartsWith("./prunesearch certificates", StringComparison.Ordinal)); // one command more than without
        int silo = FreePort.Find(), gateway = FreePort.Find();
        string Here(string text) => text.Replace("30000", $"{gateway}", StringComparison.Ordinal).Replace("11111", $"{silo}", StringComparison.Ordinal);
        string program = Path.Combine(_folder.FullName, "prunesearch");
        await File.WriteAllTextAsync(program, $"#!/bin/sh\nexec dotnet exec '{Path.Combine(AppContext.BaseDirectory, "prunesearch.dll")}' \"$@\"\n");
        // Ports that are free here; everything else as it stands there.
        string ports = $"--role control --silo-port {silo} --gateway-port {gateway} ";
        string script = "chmod +x prunesearch\n" + Here(start).Replace("--role control ", ports, StringComparison.Ordinal) + """

            trap 'kill $(jobs -p); wait' EXIT
            for i in $(seq 200); do [ "$(cat cluster/*.log | grep -cE '^(Silo|Worker) ')" = 3 ] && break; sleep 0.2; done
            grep -hE '^(Silo|Worker) ' cluster/*.log || cat cluster/*.log
            for i in $(seq 40); do ./prunesearch workers --cluster cluster/settings.yaml > cluster/seen; grep -q '^2 slots' cluster/seen && break; done
            tail -1 cluster/seen
            PRUNESEARCH_CERTIFICATE=cluster/certificates/viewer-guest.pem ./prunesearch list --cluster cluster/settings.yaml
            PRUNESEARCH_CERTIFICATE=cluster/certificates/viewer-guest.pem ./prunesearch drain worker-1 --cluster cluster/settings.yaml 2>&1
            """;

        string[] lines = (await RunAsync(script)).Trim().Split('\n');

        Assert.Superset(told.Select(Here).ToHashSet(), lines.ToHashSet());
        Assert.Equal("2 slots, 0 at work.", lines[^3]);
        Assert.StartsWith("No searches in ", lines[^2], StringComparison.Ordinal);
        Assert.EndsWith("'IWorkersGrain.DrainAsync' is not allowed to viewer guest: that is for operators", lines[^1].TrimEnd('.'), StringComparison.Ordinal);
    }

    private async Task<string> RunAsync(string script)
    {
        var start = new ProcessStartInfo("bash", ["-c", script])
        {
            WorkingDirectory = _folder.FullName,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["PRUNESEARCH_TEST_POSTGRES"] = await DatabaseAsync();
        start.Environment["PRUNESEARCH_TEST_AZURITE"] = Services.Azurite;
        using var bash = Process.Start(start)!;
        try
        {
            var (output, error) = (bash.StandardOutput.ReadToEndAsync(), bash.StandardError.ReadToEndAsync());
            await bash.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(TimeLimit);
            return await output + (await error).Trim();
        }
        finally
        {
            bash.Kill(entireProcessTree: true);
        }
    }

    private static async Task<string> DatabaseAsync()
    {
        string name = "guide_" + RandomNumberGenerator.GetHexString(12, lowercase: true);
        await using var connection = new NpgsqlConnection(Services.Postgres);
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = new NpgsqlCommand(string.Create(CultureInfo.InvariantCulture, $"CREATE DATABASE {name}"), connection);
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        return new NpgsqlConnectionStringBuilder(Services.Postgres) { Database = name }.ConnectionString;
    }

    [GeneratedRegex("^```\n(?<text>.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Blocks();
}
