using System.Diagnostics;
using System.Globalization;
using PruneSearch.Tests;

namespace PruneSearch.Cli.Tests.Packages;

/// <summary>A folder with the packages of this build, and the sample program built from them as a user would.</summary>
public sealed class LocalFeed : IAsyncLifetime
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(4);
    private readonly string _folder = Directory.CreateTempSubdirectory("feed").FullName;

    /// <summary>Unique: packages that were restored once are not looked at again.</summary>
    public string Version { get; } = string.Create(CultureInfo.InvariantCulture, $"0.1.0-test.{DateTime.UtcNow.Ticks}");

    /// <summary>Where the packages are.</summary>
    public string Packages => Path.Combine(_folder, "packages");

    /// <summary>The sample, built.</summary>
    public string Sample => Path.Combine(_folder, "sample", "out", "SearchClient.dll");

    public async ValueTask InitializeAsync()
    {
        string sample = Directory.CreateDirectory(Path.Combine(_folder, "sample")).FullName;
        foreach (string file in Directory.GetFiles(Path.Combine(Checkout.Root, "docs", "samples", "SearchClient")))
        {
            File.Copy(file, Path.Combine(sample, Path.GetFileName(file)));
        }
        await File.WriteAllTextAsync(Path.Combine(sample, "nuget.config"),
            $"<configuration><packageSources><add key=\"local\" value=\"{Packages}\" /></packageSources></configuration>");
        await RunAsync(
            Checkout.Root, "msbuild", "eng/Packages.proj", "-v:q", "-p:NoBuild=true", $"-p:PackageVersion={Version}", $"-p:PackageOutputPath={Packages}");
        await RunAsync(sample, "build", "-c", "Release", "-v", "q", "-o", "out");
    }

    public ValueTask DisposeAsync()
    {
        Directory.Delete(_folder, recursive: true);
        string restored = Environment.GetEnvironmentVariable("NUGET_PACKAGES") is { Length: > 0 } named ? named
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        foreach (string package in Directory.GetDirectories(restored, "prunesearch.*"))
        {
            if (Directory.Exists(Path.Combine(package, Version)))
            {
                Directory.Delete(Path.Combine(package, Version), recursive: true);
            }
        }
        return ValueTask.CompletedTask;
    }

    /// <summary>Runs <c>dotnet</c> and gives back what it says.</summary>
    public static async Task<string> RunAsync(string folder, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        using var process = Process.Start(start)!;
        using var limit = new CancellationTokenSource(Limit);
        try
        {
            Task<string> output = process.StandardOutput.ReadToEndAsync(limit.Token), error = process.StandardError.ReadToEndAsync(limit.Token);
            string said = await output + await error;
            await process.WaitForExitAsync(limit.Token);
            Assert.True(process.ExitCode == 0, $"dotnet {string.Join(' ', arguments)}: {process.ExitCode}\n{said}");
            return said;
        }
        finally
        {
            process.Kill(entireProcessTree: true);
        }
    }
}
