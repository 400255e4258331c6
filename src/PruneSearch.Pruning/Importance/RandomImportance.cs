using System.Security.Cryptography;
using System.Text;
using PruneSearch.Core.Stages;

namespace PruneSearch.Pruning.Importance;

/// <summary>Uniform scores from the seed and the group's name: the floor that every criterion must beat.</summary>
[Computes(Criterion.Random)]
internal sealed class RandomImportance : IImportance
{
    public double[] Score(ChannelGroup group, ImportanceContext context)
    {
        int seed = BitConverter.ToInt32(SHA256.HashData(Encoding.UTF8.GetBytes($"{context.Seed}/{group.Name}")));
        var random = new Random(seed);
        return [.. Enumerable.Range(0, group.Width).Select(_ => random.NextDouble())];
    }
}
