using PruneSearch.Core.Detectors;
using PruneSearch.Core.Networks;
using PruneSearch.Inference.Onnx;

namespace PruneSearch.Inference.Tests.Onnx;

public sealed class OnnxExportTests
{
    [Fact]
    public void The_trained_detector_answers_as_its_original_does()
    {
        var (model, weights) = Some.TrainedDetector();

        var outputs = Engine.Run(OnnxExport.ToBytes(model, weights), Some.SinePicture(300));

        float[] boxes = outputs[DetectorModel.BoxesOutput], classes = outputs[DetectorModel.ClassesOutput];
        Engine.RequireClose([-2.64311f, -2.63629f, -80.59174f, -80.58781f], boxes[..4], 2e-5);
        Engine.RequireClose([0.77466f, 0.34815f, -1.38331f, 0.2337f], boxes[4000..4004], 2e-5);
        Assert.Equal(-1003.179, boxes.Sum(b => (double)b), 0.05);
        Assert.Equal(-269896.42, classes.Sum(c => (double)c), 1.0);
        Assert.Equal(1917 * 24, classes.Length);
    }

    [Fact]
    public void Folded_batch_norms_give_the_outputs_of_the_same_detector_with_biases()
    {
        var model = Some.SmallDetector();
        var weights = Some.Weights(model.Network, seed: 3);
        var biased = Some.SmallDetector(batchNorm: false);

        byte[] folded = OnnxExport.ToBytes(model, weights);
        byte[] direct = OnnxExport.ToBytes(biased, BatchNormFolding.Fold(model.Network, weights));

        float[] picture = Some.RandomPicture(96, seed: 4);
        var expected = Engine.Run(direct, picture);
        foreach (var (name, values) in Engine.Run(folded, picture))
        {
            Assert.Equal(expected[name], values);
        }
    }

    [Fact]
    public void Folding_gives_what_a_batch_norm_node_computes()
    {
        Network Build(bool twoReaders)
        {
            var builder = new NetworkBuilder();
            string picture = builder.Input(DetectorModel.ImageInput, 3, 7, 5);
            string conv = builder.Conv("conv", picture, ChannelLayout.Fixed(4), kernel: 3, stride: 2, bias: true);
            string norm = builder.BatchNorm("conv.bn", conv);
            string head = builder.Conv("head", norm, ChannelLayout.Fixed(4), kernel: 1);
            builder.Output("boxes", [head], 4);
            if (twoReaders) // a convolution that something else reads too must stay as it is
            {
                builder.Output("before", [conv], 4);
            }
            return builder.Build();
        }
        var model = Some.SmallDetector() with { References = [] };
        var network = Build(twoReaders: true);
        var weights = Some.Weights(network, seed: 5);
        Assert.Empty(BatchNormFolding.Foldable(network));
        Assert.Single(BatchNormFolding.Foldable(Build(twoReaders: false)));

        float[] picture = Some.RandomPicture(7, seed: 6)[..(3 * 7 * 5)];
        float[] kept = Engine.Run(OnnxExport.ToBytes(model with { Network = network }, weights), picture)["boxes"];
        float[] folded = Engine.Run(OnnxExport.ToBytes(model with { Network = Build(twoReaders: false) }, weights), picture)["boxes"];

        Engine.RequireClose(kept, folded, 1e-6);
    }

    [Fact]
    public void A_free_batch_answers_each_picture_as_alone()
    {
        var model = Some.SmallDetector();
        var weights = Some.Weights(model.Network, seed: 7);
        float[] first = Some.RandomPicture(96, seed: 1), second = Some.RandomPicture(96, seed: 2);
        byte[] single = OnnxExport.ToBytes(model, weights);

        var both = Engine.Run(OnnxExport.ToBytes(model, weights, new OnnxExportOptions { BatchSize = null }), [.. first, .. second], batch: 2);

        Dictionary<string, float[]> one = Engine.Run(single, first), two = Engine.Run(single, second);
        foreach (var (name, values) in both)
        {
            Engine.RequireClose([.. one[name], .. two[name]], values, 1e-5);
        }
    }

    [Fact]
    public void Every_kind_of_layer_computes_what_it_says()
    {
        var builder = new NetworkBuilder();
        string picture = builder.Input(DetectorModel.ImageInput, 3, 4, 4);
        string blocks = builder.SpaceToDepth("blocks", picture, 2); // [12, 2, 2]
        string pooled = builder.MaxPool("pooled", picture, kernel: 3, stride: 2, PaddingStyle.TensorFlowSame); // [3, 2, 2]
        string large = builder.UpsampleTo("large", pooled, picture);
        string silu = builder.Activation("silu", picture, ActivationFunction.Silu);
        string mean = builder.GlobalAveragePool("mean", picture);
        string gate = builder.Activation("gate", mean, ActivationFunction.HardSigmoid);
        string scaled = builder.Scale("scaled", picture, gate);
        string sum = builder.Sum("sum", large, silu, scaled);
        string both = builder.Concat(
            "both", sum, builder.Activation("relu", picture, ActivationFunction.Relu), builder.Activation("sigmoid", picture, ActivationFunction.Sigmoid));
        builder.Output("blocks.out", [blocks], 12);
        builder.Output("both.out", [both], 9);
        var model = Some.SmallDetector() with { Network = builder.Build(), References = [] };
        float[] x = Some.RandomPicture(4, seed: 9);
        float At(int c, int h, int w) => h is >= 0 and < 4 && w is >= 0 and < 4 ? x[c * 16 + h * 4 + w] : float.NegativeInfinity;
        static float Sigmoid(float v) => 1 / (1 + MathF.Exp(-v));

        foreach (int? batch in (int?[])[1, null])
        {
            var outputs = Engine.Run(OnnxExport.ToBytes(model, [], new OnnxExportOptions { BatchSize = batch }), x);

            for (int row = 0; row < 16; row++)
            {
                for (int c = 0; c < 3; c++)
                {
                    int h = row / 4, w = row % 4;
                    Assert.Equal(At(c, h, w), outputs["blocks.out"][(h / 2 * 2 + w / 2) * 12 + (h % 2 * 2 + w % 2) * 3 + c]);
                    // SAME padding of a window of 3 at step 2 over 4 is one row below and one column at the right
                    float window = Enumerable.Range(0, 9).Max(k => At(c, h / 2 * 2 + k / 3, w / 2 * 2 + k % 3));
                    float average = Enumerable.Range(0, 16).Average(k => x[c * 16 + k]);
                    float v = At(c, h, w), expected = window + v * Sigmoid(v) + v * Math.Clamp(average / 6 + 0.5f, 0, 1);
                    float[] found = outputs["both.out"][(row * 9)..(row * 9 + 9)];
                    Assert.Equal(expected, found[c], 1e-5);
                    Assert.Equal(Math.Max(v, 0), found[3 + c]);
                    Assert.Equal(Sigmoid(v), found[6 + c], 1e-5);
                }
            }
        }
    }

    [Fact]
    public void The_file_says_what_the_detector_is()
    {
        var model = Some.SmallDetector();
        byte[] file = OnnxExport.ToBytes(
            model, Some.Weights(model.Network, 1), new OnnxExportOptions { Metadata = new Dictionary<string, string> { ["stage"] = "abc" } });

        var parsed = OnnxFile.Read(file, "file");
        var metadata = parsed.MetadataProps.ToDictionary(m => m.Key, m => m.Value);

        Assert.Equal("""["cat","dog","bird"]""", metadata[OnnxMetadata.Classes]);
        Assert.Equal("96", metadata[OnnxMetadata.InputSize]);
        Assert.Equal("sigmoid", metadata[OnnxMetadata.Scores]);
        Assert.Equal("10, 5", metadata[OnnxMetadata.BoxScales]);
        Assert.Equal("abc", metadata["stage"]);
        Assert.Equal(model.Spec.ToJson(), DetectorSpec.FromJson(metadata[OnnxMetadata.Detector], "metadata").ToJson());
        Assert.Equal(17, parsed.OpsetImport.Single().Version);
        Assert.DoesNotContain(parsed.Graph.Node, n => n.OpType == "BatchNormalization");
    }

    [Theory]
    [InlineData(18)]
    [InlineData(20)]
    [InlineData(22)]
    public void Newer_operator_sets_give_the_same_outputs(int opset)
    {
        var model = Some.SmallDetector();
        var weights = Some.Weights(model.Network, 1);
        float[] picture = Some.RandomPicture(96, seed: 2);
        var expected = Engine.Run(OnnxExport.ToBytes(model, weights), picture);
        foreach (var (name, values) in Engine.Run(OnnxExport.ToBytes(model, weights, new OnnxExportOptions { Opset = opset }), picture))
        {
            Assert.Equal(expected[name], values);
        }
        using var stream = new MemoryStream();
        OnnxExport.WriteEndToEnd(stream, model, weights, options: new OnnxExportOptions { Opset = opset });
        using var session = OnnxSession.Load(stream.ToArray(), 1, "end to end");
        Assert.Equal(["boxes", "scores", "labels"], session.OutputNames);
    }

    [Fact]
    public void Equal_detectors_give_equal_files()
    {
        var model = Some.SmallDetector();
        Assert.Equal(OnnxExport.ToBytes(model, Some.Weights(model.Network, 1)), OnnxExport.ToBytes(model, Some.Weights(model.Network, 1)));
    }

    [Fact]
    public void Weights_of_another_detector_and_unknown_operator_sets_are_refused()
    {
        var model = Some.SmallDetector();
        var weights = Some.Weights(model.Network, 1);

        Assert.Contains("'Conv.weight'", Assert.Throws<FormatException>(() => OnnxExport.ToBytes(model, [])).Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => OnnxExport.ToBytes(model, weights, new OnnxExportOptions { Opset = 16 }));
        Assert.Throws<ArgumentException>(
            () => OnnxExport.ToBytes(model, weights, new OnnxExportOptions { Metadata = new Dictionary<string, string> { ["classes"] = "x" } }));
    }
}
