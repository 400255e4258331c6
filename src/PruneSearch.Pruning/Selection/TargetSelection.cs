using System.Collections.Immutable;
using System.Globalization;
using PruneSearch.Core.Detectors;
using PruneSearch.Core.Settings;
using PruneSearch.Core.Stages;
using PruneSearch.Pruning.Shrinking;

namespace PruneSearch.Pruning.Selection;

/// <summary>
/// Finds how many channels have to go for a share of something else to be gone: by bisection over the number of channels
/// that <see cref="ChannelSelection"/> may take, which for the global ranking is the threshold that scores are compared with. Latency for which
/// everything competes is found by a knapsack over measured costs (<see cref="LatencySelection"/>).
/// </summary>
public static class TargetSelection
{
    // Measuring takes seconds and scatters by about a percent: a finer search would find noise.
    private const int LatencySteps = 200;

    /// <summary>Chooses channels: as many as can go without more of the target going than asked.</summary>
    /// <param name="detector">The detector as it is now, pruned already or not.</param>
    /// <param name="scores">Group name to one finite score a channel; higher is more important.</param>
    /// <param name="settings">What is asked; the ratio counts against the dense detector.</param>
    /// <param name="latency">Measures and predicts. Needed for the target <c>latency</c> only.</param>
    /// <param name="blocks">Block name to its finite score a channel, for blocks that may be left out; none when left out.</param>
    /// <exception cref="ArgumentException">
    /// A setting is unknown or outside its range, latency cannot be measured, or cap and floor make the target unreachable.
    /// </exception>
    public static PruningPlan Select(
        DetectorModel detector, IReadOnlyDictionary<string, double[]> scores, PruneSettings settings, LatencyTarget? latency = null,
        IReadOnlyDictionary<string, double>? blocks = null)
    {
        if (settings.Target == PruneTarget.Channels)
        {
            return ChannelSelection.Select(detector.Network, scores, settings, blocks);
        }
        var left = Left(detector, settings, latency?.Measure);
        if (latency?.Costs is { } costs && LatencyCosts.Serve(settings))
        {
            ChannelSelection.Range(detector.Network, settings); // refuses what is outside its range
            return LatencySelection.Select(detector, scores, settings, left, costs.Value, blocks ?? ImmutableDictionary<string, double>.Empty);
        }
        var (low, high, dense) = ChannelSelection.Range(detector.Network, settings);
        double Share(int channels) => Math.Min((double)channels / dense, Math.BitDecrement(1.0)); // blocks may take all channels of their groups
        PruningPlan Plan(int channels) => ChannelSelection.Select(detector.Network, scores, settings with { Ratio = Share(channels) }, blocks);
        double Gone(PruningPlan plan) => 1 - left(detector.Spec with { Widths = Shrinking.Shrinker.NewWidths(detector.Network, plan) });

        // The plan that is kept never takes more than asked; the first takes nothing.
        var best = new PruningPlan(ImmutableDictionary<string, ImmutableArray<int>>.Empty, 0);
        int end = high, smallest = settings.Target == PruneTarget.Latency ? Math.Max(1, dense / LatencySteps) : 1;
        while (high - low > smallest)
        {
            int middle = low + (high - low) / 2;
            var plan = Plan(middle);
            if (Gone(plan) <= settings.Ratio + 1e-9)
            {
                (low, best) = (middle, plan);
            }
            else
            {
                high = middle;
            }
        }
        return high < end ? best : Last(Plan(end), best);

        // Nothing on the way was too much: even all that may go can be too little.
        PruningPlan Last(PruningPlan all, PruningPlan before)
        {
            double gone = Gone(all);
            return gone > settings.Ratio + 1e-9 ? before
                : gone >= settings.Ratio - 1e-9 ? all
                : throw new ArgumentException(string.Create(CultureInfo.InvariantCulture,
                    $"Pruning ratio {settings.Ratio} of the {EnumNames.Of(settings.Target)} cannot be reached: {ChannelSelection.Limits(settings)}, the " +
                    $"reachable maximum is {ChannelSelection.RoundedDown(gone)}."));
        }
    }

    // Share of the dense detector's target that a detector of some widths has.
    private static Func<DetectorSpec, double> Left(DetectorModel detector, PruneSettings settings, Func<DetectorSpec, double>? latency)
    {
        Func<DetectorSpec, double> Share(Func<Network, long> count)
        {
            double dense = count(detector.Network.With(new Dictionary<string, int>()));
            return spec => count(detector.Network.With(spec.Widths)) / dense;
        }
        return settings.Target switch
        {
            PruneTarget.Parameters => Share(n => n.Parameters),
            PruneTarget.Macs => Share(n => n.Macs),
            _ => Remembered(latency ?? throw new ArgumentException("The target 'latency' needs something that measures; there is nothing here.")),
        };
    }

    private static Func<DetectorSpec, double> Remembered(Func<DetectorSpec, double> latency)
    {
        var known = new Dictionary<string, double>(StringComparer.Ordinal);
        return spec =>
        {
            string widths = string.Join(',', spec.Widths.Select(w => $"{w.Key}={w.Value}"));
            return known.TryGetValue(widths, out double share) ? share : known[widths] = latency(spec);
        };
    }
}
