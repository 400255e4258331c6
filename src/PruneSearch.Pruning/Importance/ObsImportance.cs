using PruneSearch.Core.Stages;
using PruneSearch.Detection;
using PruneSearch.Pruning.Compensation;
using TorchSharp;
using static TorchSharp.torch;

namespace PruneSearch.Pruning.Importance;

/// <summary>
/// Optimal Brain Surgeon on channels (Hassibi, Stork 1993): the channel whose removal costs its readers least goes first, the
/// readers are re-solved, and again. The cost is the error that is left in a reader's outputs, each output weighted with
/// how much it changes the detections (<see cref="OutputSensitivity"/>), so the costs of different groups compare as they
/// are. A channel's score is the largest cost of any removal up to its own: the order of removal is the order of scores.
/// </summary>
[Computes(Criterion.Obs)]
internal sealed class ObsImportance : IImportance
{
    private const double Damping = 1e-3;

    public bool NeedsImages => true;

    public ScoreNormalisation Normalisation => ScoreNormalisation.None; // errors in the same outputs compare as they are

    public double[] Score(ChannelGroup group, ImportanceContext context)
    {
        var sites = ReaderSite.Of(context.Network, new HashSet<string>([group.Name], StringComparer.Ordinal));
        if (sites.Count == 0)
        {
            throw new ArgumentException($"Nothing reads the channels of group '{group.Name}'.");
        }
        var surgeries = sites.Select(s => Start(s, group, context)).ToList();
        double[] scores = new double[group.Width];
        var left = Enumerable.Range(0, group.Width).ToList();
        double highest = 0;
        while (left.Count > 0)
        {
            double[] costs = [.. left.Select(c => surgeries.Sum(s => s.Cost(c)))];
            int cheapest = Array.IndexOf(costs, costs.Min());
            int channel = left[cheapest];
            highest = Math.Max(highest, costs[cheapest]);
            scores[channel] = highest;
            left.RemoveAt(cheapest);
            surgeries.ForEach(s => s.Remove(channel));
            Heartbeat.Beat();
        }
        return scores;
    }

    private static ObsSurgery Start(ReaderSite site, ChannelGroup group, ImportanceContext context)
    {
        using var scope = NewDisposeScope();
        int channels = site.Layout.Width, taps = site.Conv.Kernel * site.Conv.Kernel;
        var seen = context.Readers[site.Key];
        seen.RequireFinite(site.Conv.Name);
        var covariance = seen.Own(centred: true);
        double scale = Math.Max(covariance.diagonal().mean().item<double>(), 1e-12);
        var inverse = linalg.inv(covariance.Plus(eye(channels, dtype: ScalarType.Float64).Times(scale * Damping)));
        var kernels = tensor(context.Weights[site.Conv.Weight].Values, [site.Conv.Channels.Width, channels, taps])
            .narrow(0, site.Part * site.Outputs, site.Outputs).to(ScalarType.Float64);
        kernels = kernels * tensor(context.Sensitivity[site.Key]).sqrt().reshape(-1, 1, 1); // errors count as much as they change the detections
        var weights = kernels.permute(1, 0, 2).reshape(channels, -1); // [channels, outputs · taps]
        int[] offsets = [.. site.Layout.WithOffsets().Where(s => s.Segment.Group == group.Name).Select(s => s.Offset)];
        return new ObsSurgery(weights.contiguous().data<double>().ToArray(), inverse.contiguous().data<double>().ToArray(), channels, offsets);
    }
}
