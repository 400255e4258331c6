using System.Diagnostics;
using System.Globalization;
using PruneSearch.Core.Comparisons;
using PruneSearch.Core.Searches;

namespace PruneSearch.Cluster.TestHost.Chaos;

/// <summary>
/// What mutual TLS costs: two clusters, one with certificates and one without, stand beside each other, and run the same small search in turn, many
/// times, the order turned round from pair to pair. Both are compiled and connected by then, and what drifts on the machine falls on both.
/// </summary>
/// <param name="options">The search.</param>
/// <param name="pairs">Pairs, at least 2; two more before them are not counted.</param>
/// <param name="output">Where figures are written.</param>
public sealed class TlsPairs(ScaleOptions options, int pairs, TextWriter output)
{
    private const int WarmUp = 2;

    /// <summary>Runs them and writes the ratios of times and of processor times, with their 95 % intervals (Student's t over the logarithms).</summary>
    public async Task RunAsync()
    {
        var plain = await ScaleCluster.StartAsync(options with { Folder = Path.Combine(options.Folder, "plain") }).ConfigureAwait(false);
        await using (plain.ConfigureAwait(false))
        {
            var tls = await ScaleCluster.StartAsync(options with { Folder = Path.Combine(options.Folder, "tls"), Tls = true }).ConfigureAwait(false);
            await using (tls.ConfigureAwait(false))
            {
                await RunAsync(plain, tls).ConfigureAwait(false);
            }
        }
    }

    private async Task RunAsync(ScaleCluster plain, ScaleCluster tls)
    {
        var (times, processor) = (new List<double>(), new List<double>());
        for (int pair = -WarmUp; pair < pairs; pair++)
        {
            bool plainFirst = pair % 2 == 0;
            var one = await OnceAsync(plainFirst ? plain : tls, pair).ConfigureAwait(false);
            var other = await OnceAsync(plainFirst ? tls : plain, pair).ConfigureAwait(false);
            var (without, with) = plainFirst ? (one, other) : (other, one);
            if (pair >= 0)
            {
                times.Add(Math.Log(with.Seconds / without.Seconds));
                processor.Add(Math.Log(with.Processor / without.Processor));
                Line($"pair {pair + 1}: plain {without.Seconds:F2} s, TLS {with.Seconds:F2} s; processor {without.Processor:F2} and {with.Processor:F2} s");
            }
        }
        Tell("time", times);
        Tell("processor time of silos and client", processor);
    }

    private async Task<(double Seconds, double Processor)> OnceAsync(ScaleCluster cluster, int pair)
    {
        int number = pair + WarmUp;
        var plan = Plans.Wide(string.Create(CultureInfo.InvariantCulture, $"pair-{number}"), options.Trajectories, number * (options.Trajectories + 1),
            options.Stages);
        double before = Processor(cluster);
        var clock = Stopwatch.StartNew();
        await cluster.Client.Searches.LaunchAsync(plan).ConfigureAwait(false);
        while (!(await cluster.Client.Searches.SummaryAsync(plan.Id).ConfigureAwait(false)).State.IsOver())
        {
            await Task.Delay(20).ConfigureAwait(false);
        }
        return (clock.Elapsed.TotalSeconds, Processor(cluster) - before);
    }

    private static double Processor(ScaleCluster cluster)
    {
        using var client = Process.GetCurrentProcess();
        return cluster.Control.ProcessorSeconds() + cluster.WorkerSeconds() + client.TotalProcessorTime.TotalSeconds;
    }

    private void Tell(string what, List<double> logarithms)
    {
        double mean = logarithms.Average(), half = StudentT.HalfWidth(Spread.Of(logarithms));
        Line($"TLS to plain, {what}: {Math.Exp(mean):F4} [{Math.Exp(mean - half):F4}, {Math.Exp(mean + half):F4}], {logarithms.Count} pairs");
    }

    private void Line(FormattableString text) => output.WriteLine(text.ToString(CultureInfo.InvariantCulture));
}
