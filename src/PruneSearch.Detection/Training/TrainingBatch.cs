using static TorchSharp.torch;

namespace PruneSearch.Detection.Training;

/// <summary>Pictures and their objects, ready for the network.</summary>
/// <param name="Images"><c>[N, 3, S, S]</c>, channels-last strides; owned by the batch.</param>
/// <param name="Objects">For each picture its objects: class index without background, and ymin, xmin, ymax, xmax as fractions.</param>
public sealed record TrainingBatch(Tensor Images, IReadOnlyList<IReadOnlyList<(int Class, float YMin, float XMin, float YMax, float XMax)>> Objects) : IDisposable
{
    /// <inheritdoc/>
    public void Dispose() => Images.Dispose();
}
