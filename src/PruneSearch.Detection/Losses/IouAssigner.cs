using PruneSearch.Core.Detectors.Rules;
using PruneSearch.Data.Loading;
using PruneSearch.Data.PostProcessing;

namespace PruneSearch.Detection.Losses;

/// <summary>Assigns objects by how far reference boxes overlap them (Liu et al. 2016, section 2.2; Lin et al. 2017, section 4).</summary>
internal sealed class IouAssigner(IReadOnlyList<ReferenceBox> references, AssignmentRule.Iou rule) : IAssigner
{
    private readonly BoxCorners[] _corners = [.. references.Select(BoxCorners.Of)];

    public Assignment Assign(IReadOnlyDictionary<string, Tensor> outputs, IReadOnlyList<BatchImage> images)
    {
        int[] objects = new int[images.Count * _corners.Length];
        for (int image = 0; image < images.Count; image++)
        {
            Assign(images[image].Boxes, objects.AsSpan(image * _corners.Length, _corners.Length));
        }
        return new Assignment(objects);
    }

    /// <summary>Assigns the objects of one picture.</summary>
    /// <param name="rows">Receives one entry a row.</param>
    public void Assign(ReadOnlySpan<BoxCorners> objects, Span<int> rows)
    {
        float positive = (float)rule.Positive, negative = (float)rule.Negative;
        int[] own = new int[rows.Length]; // the object that a row overlaps most
        float[,] ious = new float[objects.Length, rows.Length];
        float[] most = new float[objects.Length];
        for (int row = 0; row < rows.Length; row++)
        {
            float best = 0;
            for (int o = 0; o < objects.Length; o++)
            {
                float iou = ious[o, row] = _corners[row].Iou(objects[o]);
                (best, own[row]) = iou > best ? (iou, o) : (best, own[row]);
                most[o] = Math.Max(most[o], iou);
            }
            rows[row] = best >= positive ? own[row] : best >= negative && best > 0 ? Assignment.Ignored : Assignment.Background;
        }
        for (int o = 0; o < objects.Length; o++)
        {
            for (int row = 0; row < rows.Length && most[o] > 0; row++)
            {
                if (ious[o, row] != most[o])
                {
                    continue;
                }
                rows[row] = rule.Best == BestRows.TakeThatObject ? o : own[row];
                if (rule.Best == BestRows.TakeThatObject)
                {
                    break;
                }
            }
        }
    }
}
