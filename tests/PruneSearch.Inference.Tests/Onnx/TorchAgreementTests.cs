using PruneSearch.Core.Detectors;
using PruneSearch.Core.Detectors.RetinaNet;
using PruneSearch.Core.Detectors.Rules;
using PruneSearch.Core.Detectors.Ssd;
using PruneSearch.Core.Networks;
using PruneSearch.Core.Weights;
using PruneSearch.Data.Images;
using PruneSearch.Detection.Networks;
using PruneSearch.Inference.Detecting;
using PruneSearch.Inference.Latency;
using PruneSearch.Inference.Onnx;
using PruneSearch.Tests;
using static TorchSharp.torch;

namespace PruneSearch.Inference.Tests.Onnx;

/// <summary>The exported model answers as the model that was trained, for every detector, dense and pruned.</summary>
public sealed class TorchAgreementTests
{
    private const float Tolerance = 1e-4f;
    private static readonly ChannelGroupKind[] AllKinds = Enum.GetValues<ChannelGroupKind>();

    public static TheoryData<ExtraLayerStyle, HeadStyle, bool, PaddingStyle> Variants
    {
        get
        {
            var data = new TheoryData<ExtraLayerStyle, HeadStyle, bool, PaddingStyle>();
            foreach (var extras in Enum.GetValues<ExtraLayerStyle>())
            {
                foreach (var heads in Enum.GetValues<HeadStyle>())
                {
                    foreach (var padding in Enum.GetValues<PaddingStyle>())
                    {
                        data.Add(extras, heads, true, padding);
                        data.Add(extras, heads, false, padding);
                    }
                }
            }
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Variants))]
    public void Every_variant_answers_alike_dense_and_pruned(ExtraLayerStyle extras, HeadStyle heads, bool batchNorm, PaddingStyle padding)
    {
        var dense = DetectorCatalog.Build(Some.SmallDetector().Spec with
        {
            BatchNorm = batchNorm,
            InputSize = 80,
            Options = new SsdOptions { Extras = extras, Heads = heads, Padding = padding },
        });
        var weights = Some.Weights(dense.Network, seed: 11);
        var pruned = Shrink.To(dense, weights, UniformWidths.For(dense.Network, 0.4, 1, AllKinds));
        float[] picture = Some.RandomPicture(80, seed: 12);

        // Random weights give outputs of any size: what is rounded grows with them.
        Assert.InRange(LargestDifference(dense, weights, [picture], relative: true), 0, Tolerance);
        Assert.InRange(LargestDifference(pruned.Model, pruned.Weights, [picture], relative: true), 0, Tolerance);
    }

    [Theory]
    [InlineData(RetinaNetBackbone.MobileNetV2, HeadConvolutions.Full, HeadNorms.None, true)]
    [InlineData(RetinaNetBackbone.MobileNetV2, HeadConvolutions.Separable, HeadNorms.PerLevel, true)]
    [InlineData(RetinaNetBackbone.MobileNetV2, HeadConvolutions.Full, HeadNorms.Shared, true)]
    [InlineData(RetinaNetBackbone.MobileNetV2, HeadConvolutions.Separable, HeadNorms.Shared, false)]
    [InlineData(RetinaNetBackbone.ResNet18, HeadConvolutions.Full, HeadNorms.PerLevel, true)]
    public void Pyramids_and_heads_that_levels_share_answer_alike_dense_and_pruned(
        RetinaNetBackbone backbone, HeadConvolutions heads, HeadNorms norms, bool batchNorm)
    {
        var options = new RetinaNetOptions
        {
            Backbone = backbone,
            WidthMultiplier = backbone == RetinaNetBackbone.MobileNetV2 ? 0.25 : 1,
            PyramidWidth = 64,
            HeadDepth = 2,
            Heads = heads,
            HeadNorms = norms,
        };
        var dense = DetectorCatalog.Build(RetinaNetFamily.Spec(Some.Classes, options, inputSize: 96) with { BatchNorm = batchNorm }); // 12, 6, 3, 2 and 1 rows
        var weights = Some.Weights(dense.Network, seed: 11);
        var pruned = Shrink.To(dense, weights, UniformWidths.For(dense.Network, 0.4, 1, AllKinds));
        float[] picture = Some.RandomPicture(96, seed: 12);

        Assert.InRange(LargestDifference(dense, weights, [picture], relative: true), 0, Tolerance);
        Assert.InRange(LargestDifference(pruned.Model, pruned.Weights, [picture], relative: true), 0, Tolerance);
    }

    [Fact]
    public void The_trained_detector_answers_alike_on_photos_dense_and_pruned()
    {
        var (dense, weights) = Some.TrainedDetector();
        var pruned = Shrink.To(dense, weights, UniformWidths.For(dense.Network, 0.3, 8, ChannelGroupKind.Hidden));
        float[][] photos = [.. Directory.EnumerateFiles(SharedData.Voc, "*.jpg", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Take(3).Select(
            p => NetworkInput.Of(ImageDecoder.Decode(p), InputSpec.Stretched(300))), Some.RandomPicture(300, seed: 1)];

        double before = LargestDifference(dense, weights, photos), after = LargestDifference(pruned.Model, pruned.Weights, photos);
        TestContext.Current.TestOutputHelper?.WriteLine($"largest difference: dense {before:G3}, pruned {after:G3}");
        Assert.InRange(before, 0, Tolerance);
        Assert.InRange(after, 0, Tolerance);
    }

    private static double LargestDifference(DetectorModel model, WeightSet weights, IReadOnlyList<float[]> pictures, bool relative = false)
    {
        byte[] file = OnnxExport.ToBytes(model, weights);
        using var guard = no_grad();
        using var network = new TorchNetwork(model.Network, weights);
        int size = model.Spec.InputSize;
        double largest = 0;
        foreach (float[] picture in pictures)
        {
            using var scope = NewDisposeScope();
            var trained = network.Forward(tensor(picture, [1, 3, size, size]));
            foreach (var (name, exported) in Engine.Run(file, picture))
            {
                float[] expected = trained[name].contiguous().data<float>().ToArray();
                Assert.Equal(expected.Length, exported.Length);
                float scale = relative ? Math.Max(1, expected.Max(Math.Abs)) : 1;
                largest = Math.Max(largest, expected.Zip(exported).Max(p => Math.Abs(p.First - p.Second) / scale));
            }
        }
        return largest;
    }
}
