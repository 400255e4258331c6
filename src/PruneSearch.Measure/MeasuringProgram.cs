using System.CommandLine;
using PruneSearch.Cluster.Hosting;
using PruneSearch.Connections.Configuration;
using PruneSearch.Core;
using PruneSearch.Core.Grains;
using PruneSearch.Core.Settings;
using PruneSearch.Core.Stages;
using PruneSearch.Inference.Measuring;

namespace PruneSearch.Measure;

/// <summary>
/// The program for devices on which models are measured: a worker that takes measurements from a cluster, or the measurements of a folder where there is
/// no network. It cannot train.
/// </summary>
internal static class MeasuringProgram
{
    private static readonly TimeSpan TimeToStop = TimeSpan.FromSeconds(30);
    private const int Failed = 1, BadInput = 2, Stuck = 4, Interrupted = 130;

    private static readonly string[] Keys =
    [
        "database", "checkpoints", "container", "cluster-id", "gateways", "name", "device", "device-class", "threads", "certificate", "authority",
        "health-port", "metrics-port", "probe-address", "longest-silence", "work",
    ];

    /// <summary>Runs it to its end.</summary>
    /// <param name="output">What was measured.</param>
    /// <param name="error">What went wrong, one line each.</param>
    public static Task<int> RunAsync(string[] args, TextWriter output, TextWriter error)
    {
        var file = new Option<string?>("--config")
        {
            Description = "Settings as a YAML file; the environment (PRUNESEARCH_…) and options come before it",
            HelpName = "FILE",
        };
        var root = new RootCommand("Measures exported models on this device: for a cluster, or those of a folder.") { file };
        var options = Keys.ToDictionary(k => k, k => new Option<string?>("--" + k)
        {
            Description = SettingKeys.Descriptions[k],
            HelpName = k.ToUpperInvariant(),
        }, StringComparer.Ordinal);
        foreach (var option in options.Values)
        {
            root.Add(option);
        }
        root.SetAction((parsed, cancellation) => GuardAsync(error, () => WorkAsync(
            SiloConfiguration.Read(parsed.GetValue(file), Given(options, parsed), Environment.GetEnvironmentVariable), error, cancellation), cancellation));
        var folder = new Argument<string>("FOLDER") { Description = "What 'prunesearch measure --bundle' wrote" };
        var threads = new Option<int>("--threads") { Description = "Threads within the network; as the search says when left out", HelpName = "N" };
        var range = SettingsSection.Of<MeasureSettings>().Common.First(s => s.Key == "threads").Type;
        threads.Validators.Add(r =>
        {
            if (!range.Allows(r.GetValueOrDefault<int>()))
            {
                r.AddError($"--threads is not right, expected {range.Expected}");
            }
        });
        var bundle = new Command("bundle", "Measure the models of a folder; results.json in it has what came out") { folder, threads };
        bundle.SetAction((parsed, cancellation) => GuardAsync(error, async () =>
        {
            string results = await Task.Run(() => BundleMeasuring.Run(
                parsed.GetValue(folder)!, parsed.GetValue(threads), TimeProvider.System, output.WriteLine, cancellation), cancellation);
            await output.WriteLineAsync($"{results}: read it where the search is, with: prunesearch measure --read {BundleResults.FileName}");
            return 0;
        }, cancellation));
        root.Add(bundle);
        return root.Parse(args).InvokeAsync(new InvocationConfiguration
        {
            Output = output,
            Error = error,
            EnableDefaultExceptionHandler = false,
            ProcessTerminationTimeout = TimeToStop, // a measurement is given back before the process ends
        });
    }

    // Whatever a settings file that it shares with others says of its role.
    private static Dictionary<string, string?> Given(Dictionary<string, Option<string?>> options, ParseResult parsed) =>
        new(options.ToDictionary(o => o.Key, o => parsed.GetValue(o.Value), StringComparer.Ordinal)) { ["role"] = "measure" };

    private static async Task<int> WorkAsync(SiloConfiguration configuration, TextWriter error, CancellationToken cancellation)
    {
        var options = configuration.Silo;
        foreach (string warning in configuration.Warnings)
        {
            await error.WriteLineAsync($"warning: {ErrorText.OneLine(warning)}");
        }
        SiloHost started;
        try
        {
            started = await SiloHost.StartAsync(
                options, services => services.AddMeasuringRunner(configuration.Threads, configuration.Device), cancellation);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            return 0; // it was asked to stop before there was anything to stop
        }
        await using var host = started;
        await error.WriteLineAsync($"Worker {options.Name} of cluster {options.ClusterId}: measures for class {options.DeviceClass}");
        await Task.WhenAny(host.Completion, Task.Delay(Timeout.Infinite, cancellation));
        if (host.StuckStage.IsCompleted)
        {
            await error.WriteLineAsync($"prunesearch-measure: {await host.StuckStage}"); // whoever watches over it starts it again
            return Stuck;
        }
        return 0;
    }

    private static async Task<int> GuardAsync(TextWriter error, Func<Task<int>> command, CancellationToken cancellation)
    {
        try
        {
            return await command();
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            return Interrupted;
        }
        catch (Exception e) when (e is (IOException and not ClusterException) or UnauthorizedAccessException or FormatException or SettingsException)
        {
            await error.WriteLineAsync($"prunesearch-measure: {ErrorText.OneLine(e.Message)}");
            return BadInput;
        }
        catch (Exception e)
        {
            string kind = e is ClusterException ? "" : $"unexpected {e.GetType().Name}: ";
            await error.WriteLineAsync($"prunesearch-measure: {kind}{ErrorText.OneLine(e.Message)}");
            return Failed;
        }
    }
}
