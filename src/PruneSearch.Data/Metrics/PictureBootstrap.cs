using PruneSearch.Core;
using PruneSearch.Core.Comparisons;
using PruneSearch.Data.Augmentation;
using PruneSearch.Data.Datasets;

namespace PruneSearch.Data.Metrics;

/// <summary>How much an accuracy owes to the choice of pictures: the detector is scored on resamples of them.</summary>
public static class PictureBootstrap
{
    private const int Seed = 1979, Digits = 6; // more would only be stored

    /// <summary>Scores detections on <see cref="ScoreResamples.Count"/> resamples; the same ones for every detector on data with as many pictures.</summary>
    /// <param name="truth">Pictures and objects; the order of the pictures does not matter.</param>
    /// <param name="detections">As for <see cref="CocoEvaluator.Evaluate"/>.</param>
    /// <exception cref="ArgumentException">A detection names an unknown picture or class, or its score is NaN.</exception>
    public static ScoreResamples Of(DetectionDataset truth, IEnumerable<ImageDetection> detections)
    {
        var outcomes = PictureOutcomes.Of(truth, detections);
        double[] map50 = new double[ScoreResamples.Count], map = new double[ScoreResamples.Count];
        int[] times = new int[outcomes.Pictures];
        var random = new SeededRandom(Seed);
        for (int i = 0; i < map.Length; i++)
        {
            Array.Clear(times);
            for (int p = 0; p < times.Length; p++)
            {
                times[random.NextInt(times.Length)]++;
            }
            var (one, other) = outcomes.Score(times);
            (map50[i], map[i]) = (Math.Round(one, Digits), Math.Round(other, Digits));
        }
        return new ScoreResamples(map50, map);
    }
}
