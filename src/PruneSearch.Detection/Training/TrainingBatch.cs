using PruneSearch.Data.Loading;

namespace PruneSearch.Detection.Training;

/// <summary>Pictures and their objects, ready for the network.</summary>
/// <param name="Images"><c>[N, 3, S, S]</c>, channels-last strides; owned by the batch.</param>
/// <param name="Objects">One a picture.</param>
public sealed record TrainingBatch(Tensor Images, IReadOnlyList<BatchImage> Objects) : IDisposable
{
    /// <summary>Moves a loaded batch to a device.</summary>
    public static TrainingBatch From(ImageBatch batch, Device device) => new(ToTensor(batch, device), batch.Images);

    /// <summary>The pictures of a batch as <c>[N, 3, S, S]</c>; the loader's row order gives them channels-last strides for free.</summary>
    public static Tensor ToTensor(ImageBatch batch, Device device)
    {
        using var scope = NewDisposeScope();
        return AlignedTensor.Of(batch.Pixels, [batch.Count, batch.Size, batch.Size, 3], device).permute(0, 3, 1, 2).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public void Dispose() => Images.Dispose();
}
