namespace PruneSearch.Core.Strategies;

/// <summary>Finds configurations that no trial and no proposal of this batch has.</summary>
internal static class Untried
{
    private const int Attempts = 200;

    /// <summary>
    /// The first new one that <paramref name="next"/> gives in a bounded number of attempts, else any other; <see langword="null"/> when all were tried.
    /// </summary>
    /// <param name="isKnown">Whether a configuration was tried or proposed.</param>
    /// <param name="random">Where what is left is taken from.</param>
    /// <param name="next">A configuration by the number of the attempt.</param>
    public static Configuration? Find(SearchSpace space, Func<Configuration, bool> isKnown, SeededRandom random, Func<int, Configuration> next)
    {
        for (int attempt = 0; attempt < Attempts; attempt++)
        {
            var configuration = next(attempt);
            if (!isKnown(configuration))
            {
                return configuration;
            }
        }
        if (space.Count(most: 100_000) is null)
        {
            // There are very many more than were tried: chance finds one.
            double[] point = new double[space.Hyperparameters.Count];
            for (int attempt = 0; attempt < 50 * Attempts; attempt++)
            {
                for (int i = 0; i < point.Length; i++)
                {
                    point[i] = random.NextDouble();
                }
                var configuration = space.At(point);
                if (!isKnown(configuration))
                {
                    return configuration;
                }
            }
            return null;
        }
        List<Configuration> left = [.. space.All().Where(c => !isKnown(c))];
        return left.Count == 0 ? null : left[random.NextInt(left.Count)];
    }
}
