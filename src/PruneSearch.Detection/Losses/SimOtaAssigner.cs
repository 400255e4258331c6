using PruneSearch.Core.Detectors.Rules;
using PruneSearch.Data.Loading;
using PruneSearch.Data.PostProcessing;

namespace PruneSearch.Detection.Losses;

/// <summary>
/// Simplified optimal transport (Ge et al. 2021, section 2.1; centres as in release 0.3 of the authors' code): of the rows whose cell lies near the
/// centre of any object, those with the least cost answer for an object, as many as the IoUs of the best rows sum up to. The cost
/// is the cross-entropy of the scores plus a weight times −log IoU; rows near the centre of other objects only come last.
/// </summary>
internal sealed class SimOtaAssigner : IAssigner
{
    private const float Elsewhere = 1e6f, Small = 1e-8f;

    private readonly AssignmentRule.SimOta _rule;
    private readonly IReadOnlyList<ReferenceBox> _references;
    private readonly BoxCoder _coder;

    /// <summary>The assignment for a detector with objectness and a sigmoid for each class.</summary>
    /// <exception cref="ArgumentException">Its scores are others.</exception>
    public SimOtaAssigner(DetectorModel model, AssignmentRule.SimOta rule)
    {
        if (model.Scores is not { Objectness: true, Background: false, Function: ScoreFunction.Sigmoid })
        {
            throw new ArgumentException("SimOTA needs objectness and sigmoid scores without background.");
        }
        (_rule, _references, _coder) = (rule, model.References, new BoxCoder(model.BoxCode));
    }

    public Assignment Assign(IReadOnlyDictionary<string, Tensor> outputs, IReadOnlyList<BatchImage> images)
    {
        using var scope = NewDisposeScope();
        // Read together: whoever reads from a GPU waits for all that it was given to do.
        float[] values = cat([.. ((string[])[DetectorModel.BoxesOutput, DetectorModel.ObjectnessOutput, DetectorModel.ClassesOutput])
            .Select(name => outputs[name].detach().flatten())]).cpu().data<float>().ToArray();
        int rows = _references.Count, count = images.Count * rows, width = values.Length / count - 5;
        ArraySegment<float> boxes = new(values, 0, count * 4), objectness = new(values, count * 4, count), classes = new(values, count * 5, count * width);
        int[] objects = new int[images.Count * rows];
        float[] overlaps = new float[objects.Length];
        Array.Fill(objects, Assignment.Background);
        Parallel.For(0, images.Count, i => Assign(
            images[i], boxes.AsSpan(i * rows * 4, rows * 4), classes.AsSpan(i * rows * width, rows * width), objectness.AsSpan(i * rows, rows),
            objects.AsSpan(i * rows, rows), overlaps.AsSpan(i * rows, rows)));
        return new Assignment(objects, overlaps);
    }

    private void Assign(
        BatchImage image, ReadOnlySpan<float> boxes, ReadOnlySpan<float> classes, ReadOnlySpan<float> objectness, Span<int> assigned, Span<float> overlaps)
    {
        int[] rows = [.. Enumerable.Range(0, _references.Count).Where(r => image.Boxes.Any(b => Near(r, b)))];
        if (rows.Length == 0)
        {
            return;
        }
        int count = image.Boxes.Length;
        float[,] ious = new float[count, rows.Length], costs = new float[count, rows.Length];
        int[] claims = new int[rows.Length], owners = new int[rows.Length];
        var scores = new ScoreCosts(classes.Length / objectness.Length);
        for (int c = 0; c < rows.Length; c++)
        {
            int row = rows[c];
            var predicted = _coder.Decode(boxes.Slice(row * 4, 4), _references[row]);
            scores.Read(classes.Slice(row * scores.Count, scores.Count), objectness[row]);
            for (int o = 0; o < count; o++)
            {
                ious[o, c] = predicted.Iou(image.Boxes[o]);
                costs[o, c] = scores.Of(image.Classes[o]) - (float)_rule.IouCost * MathF.Log(ious[o, c] + Small) + (Near(row, image.Boxes[o]) ? 0 : Elsewhere);
            }
        }
        for (int o = 0; o < count; o++)
        {
            int wanted = Math.Max(1, (int)Least(rows.Length, _rule.Candidates, c => -ious[o, c]).Sum(c => ious[o, c]));
            foreach (int c in Least(rows.Length, wanted, c => costs[o, c]))
            {
                (claims[c], owners[c]) = (claims[c] + 1, o);
            }
        }
        for (int c = 0; c < rows.Length; c++)
        {
            if (claims[c] > 0)
            {
                int owner = claims[c] == 1 ? owners[c] : Least(count, 1, o => costs[o, c])[0];
                (assigned[rows[c]], overlaps[rows[c]]) = (owner, ious[owner, c]);
            }
        }
    }

    // Whether the middle of a row's cell is near an object's centre.
    private bool Near(int row, in BoxCorners box)
    {
        var cell = _references[row];
        float y = cell.CenterY + (float)_rule.CellOffset * cell.Height, x = cell.CenterX + (float)_rule.CellOffset * cell.Width;
        float radius = (float)_rule.CenterRadius;
        return Math.Abs(y - (box.YMin + box.YMax) / 2) < radius * cell.Height && Math.Abs(x - (box.XMin + box.XMax) / 2) < radius * cell.Width;
    }

    // Indices of the smallest values, in their order; of equal ones the first.
    private static List<int> Least(int length, int count, Func<int, float> value)
    {
        var best = new List<int>(count + 1);
        for (int i = 0; i < length; i++)
        {
            float own = value(i);
            if (best.Count == count && !(own < value(best[^1])))
            {
                continue;
            }
            int at = best.Count;
            while (at > 0 && own < value(best[at - 1]))
            {
                at--;
            }
            best.Insert(at, i);
            if (best.Count > count)
            {
                best.RemoveAt(count);
            }
        }
        return best;
    }
}
