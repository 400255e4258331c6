using PruneSearch.Data.Datasets;
using PruneSearch.Data.Images;
using PruneSearch.Data.Loading;

namespace PruneSearch.Inference.Detecting;

/// <summary>Pictures as exported networks take them: <c>[3, size, size]</c>, RGB in [−1, 1].</summary>
public static class NetworkInput
{
    /// <summary>A decoded picture, stretched to the square.</summary>
    public static float[] Of(RgbImage image, int size)
    {
        float[] pixels = new float[size * size * 3];
        ImageResampler.Resample(image, PixelWindow.Whole, flip: false, size, pixels);
        return Planes(pixels, size);
    }

    /// <summary>Pixels <c>[size, size, 3]</c> as planes <c>[3, size, size]</c>.</summary>
    public static float[] Planes(ReadOnlySpan<float> pixels, int size)
    {
        int area = size * size;
        float[] planes = new float[area * 3];
        for (int i = 0; i < area; i++)
        {
            planes[i] = pixels[i * 3];
            planes[area + i] = pixels[i * 3 + 1];
            planes[2 * area + i] = pixels[i * 3 + 2];
        }
        return planes;
    }

    /// <summary>Pictures of a data set, chosen by the seed, to calibrate a quantised model on; at most as many as there are.</summary>
    public static IReadOnlyList<float[]> Choose(DetectionDataset dataset, int count, int size, int seed) =>
        [.. new EvaluationLoader(SeededChoice.Of(dataset, count, seed), size, batchSize: 1).Batches().Select(b => Planes(b.Pixels, size))];
}
