using PruneSearch.Data.Loading;
using PruneSearch.Data.PostProcessing;

namespace PruneSearch.Detection.Losses;

/// <summary>What a detector should answer for a batch. Dispose it with the batch.</summary>
internal sealed class Targets : IDisposable
{
    private Targets()
    {
    }

    /// <summary>Class of each row <c>[N, rows]</c>, int64, or <see cref="Assignment.Background"/> or <see cref="Assignment.Ignored"/>.</summary>
    public required Tensor Classes { get; init; }

    /// <summary>What the loss of a row is multiplied by <c>[N, 1]</c>: the share of its picture, or of the batch, that one assigned row has.</summary>
    public required Tensor Weights { get; init; }

    /// <summary>The assigned rows <c>[P]</c>, int64: picture · rows + row.</summary>
    public required Tensor Assigned { get; init; }

    /// <summary>Their classes <c>[P]</c>, int64.</summary>
    public required Tensor AssignedClasses { get; init; }

    /// <summary>Their <see cref="Weights"/> <c>[P]</c>.</summary>
    public required Tensor AssignedWeights { get; init; }

    /// <summary>Their boxes, coded <c>[P, 4]</c>.</summary>
    public required Tensor Codes { get; init; }

    /// <summary>Their boxes: top, left, bottom, right in fractions of the input <c>[P, 4]</c>.</summary>
    public required Tensor Corners { get; init; }

    /// <summary>Their reference boxes: vertical and horizontal centre, height, width <c>[P, 4]</c>.</summary>
    public required Tensor References { get; init; }

    /// <summary>How far the boxes that they predict overlap their objects <c>[P]</c>; 1 where the assignment does not say.</summary>
    public required Tensor Overlaps { get; init; }

    /// <summary>Codes what was assigned.</summary>
    /// <param name="images">The pictures' objects.</param>
    /// <param name="assignment">Which rows answer for them.</param>
    /// <param name="device">Where the targets are wanted.</param>
    public static Targets For(DetectorModel model, IReadOnlyList<BatchImage> images, Assignment assignment, Device device)
    {
        int rows = model.References.Count;
        int[] at = [.. Enumerable.Range(0, assignment.Objects.Length).Where(i => assignment.Objects[i] >= 0)];
        var coder = new BoxCoder(model.BoxCode);
        long[] classes = new long[assignment.Objects.Length];
        int[] counts = new int[images.Count];
        float[] codes = new float[at.Length * 4], corners = new float[at.Length * 4], references = new float[at.Length * 4];
        for (int i = 0; i < classes.Length; i++)
        {
            int found = assignment.Objects[i];
            classes[i] = found >= 0 ? images[i / rows].Classes[found] : found;
        }
        for (int p = 0; p < at.Length; p++)
        {
            var (image, row) = Math.DivRem(at[p], rows);
            var (box, reference) = (images[image].Boxes[assignment.Objects[at[p]]], model.References[row]);
            counts[image]++;
            coder.Encode(box, reference, codes.AsSpan(p * 4, 4));
            (corners[p * 4], corners[p * 4 + 1], corners[p * 4 + 2], corners[p * 4 + 3]) = (box.YMin, box.XMin, box.YMax, box.XMax);
            (references[p * 4], references[p * 4 + 1], references[p * 4 + 2], references[p * 4 + 3]) =
                (reference.CenterY, reference.CenterX, reference.Height, reference.Width);
        }
        float[] weights = [.. counts.Select(c => model.Training.PerPicture ? 1f / (images.Count * Math.Max(1, c)) : 1f / Math.Max(1, at.Length))];
        Tensor Column(float[] values) => AlignedTensor.Of(values, [values.Length], device);
        Tensor Indices(long[] values) => AlignedTensor.Of(values, [values.Length], device);
        return new Targets
        {
            Classes = AlignedTensor.Of(classes, [images.Count, rows], device),
            Weights = AlignedTensor.Of(weights, [images.Count, 1], device),
            Assigned = Indices([.. at.Select(i => (long)i)]),
            AssignedClasses = Indices([.. at.Select(i => classes[i])]),
            AssignedWeights = Column([.. at.Select(i => weights[i / rows])]),
            Codes = AlignedTensor.Of(codes, [at.Length, 4], device),
            Corners = AlignedTensor.Of(corners, [at.Length, 4], device),
            References = AlignedTensor.Of(references, [at.Length, 4], device),
            Overlaps = Column([.. at.Select(i => assignment.Overlaps?[i] ?? 1)]),
        };
    }

    /// <summary>The assigned rows of an output <c>[N, rows, values]</c> as <c>[P, values]</c>; the caller owns them.</summary>
    public Tensor Of(Tensor output)
    {
        using var flat = output.reshape(-1, output.shape[2]);
        return flat.index_select(0, Assigned);
    }

    public void Dispose()
    {
        foreach (var tensor in (Tensor[])[Classes, Weights, Assigned, AssignedClasses, AssignedWeights, Codes, Corners, References, Overlaps])
        {
            tensor.Dispose();
        }
    }
}
