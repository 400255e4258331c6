using PruneSearch.Core.Networks;
using PruneSearch.Core.Weights;

namespace PruneSearch.Detection.Import;

/// <summary>
/// Moves pretrained weights to a detector with other classes: rows of the class predictors whose class names match
/// (ignoring case) are kept, the background's too; the others start small, with a bias that says "improbable".
/// </summary>
public static class HeadMapping
{
    private const double InitialDeviation = 0.01;
    private const int Fresh = -1;

    // Score 0.01 in the beginning, so that the many negatives do not drown the first steps (Lin et al. 2017, section 4.1).
    private static readonly float InitialBias = (float)-Math.Log(99);

    /// <summary>Maps weights from one set of classes to another.</summary>
    /// <param name="from">The detector that <paramref name="weights"/> belong to.</param>
    /// <param name="classes">Class names wanted, without background.</param>
    /// <param name="seed">Seed of new rows.</param>
    /// <returns>The specification and weights with the new classes, and the names that had to start anew.</returns>
    public static (DetectorSpec Spec, WeightSet Weights, IReadOnlyList<string> NewClasses) Map(
        DetectorModel from, WeightSet weights, IReadOnlyList<string> classes, int seed)
    {
        int first = from.Scores.FirstClass;
        int[] known = [.. classes.Select(c => IndexOf(from.Spec.Classes, c))];
        int[] source = [.. Enumerable.Range(0, first), .. known.Select(k => k < 0 ? Fresh : k + first)];
        var mapped = new WeightSet(weights);
        var random = new Random(seed);
        var output = from.Network.Outputs.Single(o => o.Name == DetectorModel.ClassesOutput);
        foreach (var head in output.Heads.Select(h => (ConvLayer)from.Network[h]).DistinctBy(h => h.Weight))
        {
            mapped[head.Weight] = Rows(weights[head.Weight], output.Values, source, () => (float)(InitialDeviation * Gaussian(random)));
            mapped[head.BiasName] = Rows(weights[head.BiasName], output.Values, source, () => InitialBias);
        }
        return (from.Spec with { Classes = classes }, mapped, [.. classes.Where((_, i) => known[i] < 0)]);
    }

    private static int IndexOf(IReadOnlyList<string> names, string name)
    {
        for (int i = 0; i < names.Count; i++)
        {
            if (string.Equals(names[i], name, StringComparison.OrdinalIgnoreCase))
            {
                return i;
            }
        }
        return -1;
    }

    // Rows are box by box of a position, class by class.
    private static WeightTensor Rows(WeightTensor tensor, int classesBefore, int[] source, Func<float> fresh)
    {
        int boxes = tensor.Shape[0] / classesBefore, width = tensor.Values.Length / tensor.Shape[0];
        float[] values = new float[boxes * source.Length * width];
        for (int row = 0; row < boxes * source.Length; row++)
        {
            var (box, output) = Math.DivRem(row, source.Length);
            var target = values.AsSpan(row * width, width);
            if (source[output] == Fresh)
            {
                foreach (ref float value in target)
                {
                    value = fresh();
                }
                continue;
            }
            tensor.Values.AsSpan((box * classesBefore + source[output]) * width, width).CopyTo(target);
        }
        return new WeightTensor([boxes * source.Length, .. tensor.Shape.Skip(1)], values);
    }

    internal static double Gaussian(Random random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
