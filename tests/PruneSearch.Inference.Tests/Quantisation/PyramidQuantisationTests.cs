using PruneSearch.Core.Detectors;
using PruneSearch.Core.Detectors.RetinaNet;
using PruneSearch.Inference.Onnx;
using PruneSearch.Inference.Quantisation;

namespace PruneSearch.Inference.Tests.Quantisation;

/// <summary>A pyramid whose levels share their heads answers on integers nearly as before.</summary>
public sealed class PyramidQuantisationTests
{
    private static readonly float[][] Pictures = [.. Enumerable.Range(0, 8).Select(i => Some.RandomPicture(64, seed: i))];

    [Theory]
    [InlineData(HeadConvolutions.Full, HeadNorms.None)]
    [InlineData(HeadConvolutions.Separable, HeadNorms.PerLevel)]
    public void The_answer_is_nearly_as_before(HeadConvolutions heads, HeadNorms norms)
    {
        var options = new RetinaNetOptions { WidthMultiplier = 0.35, PyramidWidth = 64, HeadDepth = 2, Heads = heads, HeadNorms = norms };
        var model = DetectorCatalog.Build(RetinaNetFamily.Spec(["a", "b"], options, 64));
        byte[] dense = OnnxExport.ToBytes(model, Some.Weights(model.Network, seed: 3)), quantised = Int8Quantisation.Quantise(dense, Pictures);
        float[] picture = Some.RandomPicture(64, seed: 100);
        var (before, after) = (Engine.Run(dense, picture), Engine.Run(quantised, picture));

        var values = OnnxFile.Read(quantised, "quantised").Graph.Node.SelectMany(n => n.Output).ToList();
        Assert.Equal(values.Count, values.Distinct().Count()); // each value is computed once, also what several levels share
        foreach (string output in (string[])[DetectorModel.BoxesOutput, DetectorModel.ClassesOutput])
        {
            double error = Math.Sqrt(before[output].Zip(after[output]).Sum(p => Math.Pow(p.First - p.Second, 2)) / before[output].Sum(v => (double)v * v));
            Assert.InRange(error, 1e-5, 0.3);
        }
    }
}
