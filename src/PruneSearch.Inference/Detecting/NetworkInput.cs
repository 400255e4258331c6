using PruneSearch.Core.Detectors.Rules;
using PruneSearch.Data.Datasets;
using PruneSearch.Data.Images;
using PruneSearch.Data.Loading;

namespace PruneSearch.Inference.Detecting;

/// <summary>Pictures as exported networks take them: <c>[3, size, size]</c>.</summary>
public static class NetworkInput
{
    /// <summary>What a network reads of a decoded picture.</summary>
    public static float[] Of(RgbImage image, InputSpec input)
    {
        float[] pixels = new float[input.Size * input.Size * 3];
        var numbers = new InputPixels(input.Rule);
        ImageResampler.Resample(image, InputWindow.Of(input.Rule, image.Width, image.Height), flip: false, input.Size, pixels, numbers.Outside);
        numbers.Convert(pixels);
        return Planes(pixels, input.Size);
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
    public static IReadOnlyList<float[]> Choose(DetectionDataset dataset, int count, InputSpec input, int seed) =>
        [.. new EvaluationLoader(SeededChoice.Of(dataset, count, seed), input, batchSize: 1).Batches().Select(b => Planes(b.Pixels, input.Size))];
}
