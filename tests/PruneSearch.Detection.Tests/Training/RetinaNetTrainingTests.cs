using PruneSearch.Core.Detectors;
using PruneSearch.Core.Detectors.RetinaNet;
using PruneSearch.Core.Networks;
using PruneSearch.Core.Stages;
using PruneSearch.Data.PostProcessing;
using PruneSearch.Detection.Import;
using PruneSearch.Detection.Networks;
using PruneSearch.Detection.Training;
using PruneSearch.Detection;
using static TorchSharp.torch;

namespace PruneSearch.Tests.Detection.Training;

/// <summary>A small RetinaNet learns to find squares and to tell their colours apart.</summary>
public sealed class RetinaNetTrainingTests(ITestOutputHelper output)
{
    private const int Steps = 320, FirstUnseen = 100_000, Unseen = 8;

    private static readonly RetinaNetOptions Options =
        new() { WidthMultiplier = 0.25, PyramidWidth = 64, HeadDepth = 1, Heads = HeadConvolutions.Separable, AnchorScale = 2 };

    [Fact]
    public void It_finds_what_it_was_shown_on_pictures_that_it_was_not_shown()
    {
        var model = DetectorCatalog.Build(RetinaNetFamily.Spec(["red", "green"], Options, 64));
        var settings = new FineTuneSettings { Steps = Steps, LearningRate = 2e-3, EmaDecay = 0.95, Precision = Precision.Full };
        using var trainer = new Trainer(model, RandomWeights.For(model, 1), settings, CPU);
        for (int step = 0; step < Steps; step++)
        {
            using var batch = Some.Batch(step, count: 8);
            trainer.TrainOn(batch);
        }
        var (found, sure) = (0, 0);
        using var guard = no_grad();
        using var network = new TorchNetwork(model.Network, trainer.ToWeights());
        for (int number = FirstUnseen; number < FirstUnseen + Unseen; number++)
        {
            using var scope = NewDisposeScope();
            using var batch = Some.Batch(number, count: 8);
            var raw = network.Forward(batch.Images).ToDictionary(o => o.Key, o => o.Value.contiguous().data<float>().ToArray());
            for (int i = 0; i < batch.Objects.Count; i++)
            {
                ReadOnlySpan<float> Of(string name) => raw[name].AsSpan(i * (raw[name].Length / batch.Objects.Count), raw[name].Length / batch.Objects.Count);
                var wanted = batch.Objects[i];
                var detections = DetectionDecoder.Decode(model, Of(DetectorModel.BoxesOutput), Of(DetectorModel.ClassesOutput));
                bool right = detections.Count > 0 && detections[0].Class == wanted.Classes[0] && detections[0].Box.Iou(wanted.Boxes[0]) >= 0.5f;
                found += right ? 1 : 0;
                sure += right && detections[0].Score > 0.5f ? 1 : 0;
            }
        }
        output.WriteLine($"{found} found, {sure} of them with a score above one half, of {Unseen * 8}; loss {trainer.Loss:F3}");
        Assert.True(found >= 0.6 * Unseen * 8, $"{found} of {Unseen * 8} were found");
        Assert.True(sure >= 0.15 * Unseen * 8, $"{sure} of {Unseen * 8} were found and sure");
    }

    [Theory]
    [InlineData(HeadConvolutions.Full)]
    [InlineData(HeadConvolutions.Separable)]
    public void A_random_pyramid_and_random_heads_give_what_is_as_large_as_what_they_read(HeadConvolutions heads)
    {
        var model = DetectorCatalog.Build(RetinaNetFamily.Spec(["a"], new() { PyramidWidth = 64, HeadDepth = 4, Heads = heads }, 64));
        var sizes = new Dictionary<string, double>();
        using var guard = no_grad();
        using var network = new TorchNetwork(model.Network, RandomWeights.For(model, 1));
        using var scope = NewDisposeScope();
        using var batch = Some.Batch(1);
        network.Forward(batch.Images, training: true, observe: (layer, _, value) => sizes[layer.Name] = Math.Sqrt(value.Squared().mean().item<float>()));

        static bool IsNew(string name) =>
            name.StartsWith("fpn.", StringComparison.Ordinal) || name.StartsWith("regression_head.conv", StringComparison.Ordinal);
        foreach (var conv in model.Network.Layers.OfType<ConvLayer>().Where(c => IsNew(c.Name)))
        {
            double ratio = sizes[conv.Name] / sizes[conv.Inputs[0]]; // of a map of one position, a kernel of nine sees a ninth
            Assert.True(ratio is > 0.15 and < 3, $"{conv.Name} is {ratio:F2} times as large as what it reads");
        }
    }
}
