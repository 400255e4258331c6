using System.Globalization;
using PruneSearch.Core.Comparisons;

namespace PruneSearch.Cluster.TestHost.Chaos;

/// <summary>
/// What mutual TLS costs: the same large search with and without it, in pairs, the order turned round from pair to pair, so that what drifts on the
/// machine falls on both.
/// </summary>
/// <param name="options">The search.</param>
/// <param name="pairs">Pairs, at least 2.</param>
/// <param name="output">Where figures are written.</param>
public sealed class TlsPairs(ScaleOptions options, int pairs, TextWriter output)
{
    /// <summary>Runs them and writes the ratio of their times, with its 95 % interval (Student's t over the logarithms).</summary>
    public async Task RunAsync()
    {
        var (times, processor) = (new List<double>(), new List<double>());
        for (int pair = 0; pair < pairs; pair++)
        {
            bool first = pair % 2 == 0;
            var one = await OnceAsync(pair, first).ConfigureAwait(false);
            var other = await OnceAsync(pair, !first).ConfigureAwait(false);
            var (plain, tls) = first ? (other, one) : (one, other);
            times.Add(Math.Log(tls.Seconds / plain.Seconds));
            processor.Add(Math.Log(tls.Processor / plain.Processor));
            Line($"pair {pair + 1}: plain {plain.Seconds:F2} s, TLS {tls.Seconds:F2} s; processor {plain.Processor:F1} and {tls.Processor:F1} s");
        }
        Tell("time", times);
        Tell("processor time of the silos", processor);
    }

    private async Task<ScaleResult> OnceAsync(int pair, bool tls)
    {
        string folder = Path.Combine(options.Folder, string.Create(CultureInfo.InvariantCulture, $"{pair}-{(tls ? "tls" : "plain")}"));
        Directory.CreateDirectory(folder);
        var result = await new ScaleRun(options with { Tls = tls, Folder = folder }, TextWriter.Null).RunAsync().ConfigureAwait(false);
        Directory.Delete(folder, recursive: true);
        return result;
    }

    private void Tell(string what, List<double> logarithms)
    {
        double mean = logarithms.Average(), half = StudentT.HalfWidth(Spread.Of(logarithms));
        Line($"TLS to plain, {what}: {Math.Exp(mean):F4} [{Math.Exp(mean - half):F4}, {Math.Exp(mean + half):F4}], {logarithms.Count} pairs");
    }

    private void Line(FormattableString text) => output.WriteLine(text.ToString(CultureInfo.InvariantCulture));
}

/// <summary>What a large search took.</summary>
/// <param name="Seconds">From the launch to the end.</param>
/// <param name="Processor">Processor seconds of all silos meanwhile.</param>
public sealed record ScaleResult(double Seconds, double Processor);
