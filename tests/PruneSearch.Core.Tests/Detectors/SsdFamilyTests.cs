using PruneSearch.Core.Detectors;
using PruneSearch.Core.Detectors.Rules;
using PruneSearch.Core.Detectors.Ssd;
using PruneSearch.Core.Networks;

namespace PruneSearch.Tests.Core.Detectors;

/// <summary>Constants of the published family at 300 × 300.</summary>
public sealed class SsdFamilyTests
{
    [Theory]
    [InlineData(ExtraLayerStyle.Separable, HeadStyle.Full, 90, true, 16.838, 1.875)]
    [InlineData(ExtraLayerStyle.Separable, HeadStyle.Full, 20, true, 6.554, 0.937)]
    [InlineData(ExtraLayerStyle.Separable, HeadStyle.Separable, 90, true, 4.501, 0.750)]
    [InlineData(ExtraLayerStyle.Separable, HeadStyle.Separable, 20, true, 3.356, 0.645)]
    [InlineData(ExtraLayerStyle.Full, HeadStyle.Full, 90, true, 18.470, 1.905)]
    [InlineData(ExtraLayerStyle.Full, HeadStyle.Full, 20, true, 8.186, 0.966)]
    [InlineData(ExtraLayerStyle.Separable, HeadStyle.Full, 90, false, 16.818, 1.875)]
    [InlineData(ExtraLayerStyle.Separable, HeadStyle.Separable, 90, false, 4.475, 0.750)]
    public void Parameters_and_macs_are_the_known_ones(ExtraLayerStyle extras, HeadStyle heads, int classes, bool norms, double megaParameters, double gigaMacs)
    {
        var network = DetectorCatalog.Build(Spec(classes) with { BatchNorm = norms, Options = new SsdOptions { Extras = extras, Heads = heads } }).Network;
        Assert.Equal(megaParameters, network.Parameters / 1e6, 0.0006);
        Assert.Equal(gigaMacs, network.Macs / 1e9, 0.0006);
    }

    [Fact]
    public void The_variant_of_the_trained_weights_has_their_parameters() =>
        Assert.Equal(
            4_951_996, DetectorCatalog.Build(SsdFamily.Spec([.. Enumerable.Range(0, 23).Select(i => $"{i}")]) with { BatchNorm = false }).Network.Parameters);

    [Fact]
    public void There_are_1917_default_boxes_with_a_reduced_first_level()
    {
        var boxes = DetectorCatalog.Build(Spec(5)).References;
        Assert.Equal(1917, boxes.Count);
        Assert.Equal(new ReferenceBox(0.5f / 19, 0.5f / 19, 0.1f, 0.1f), boxes[0]);
        Assert.Equal(0.2f / MathF.Sqrt(2), boxes[1].Height, 1e-6f);
        Assert.Equal(0.5f, boxes[^1].CenterX);
        Assert.Equal(MathF.Sqrt(0.95f), boxes[^1].Width, 1e-6f);
    }

    [Theory]
    [InlineData(300, 19, 10, 5, 3, 2, 1)]
    [InlineData(320, 20, 10, 5, 3, 2, 1)]
    [InlineData(512, 32, 16, 8, 4, 2, 1)]
    [InlineData(96, 6, 3, 2, 1, 1, 1)]
    public void Any_size_has_a_default_box_for_every_output(int size, params int[] levels)
    {
        foreach (var padding in Enum.GetValues<PaddingStyle>())
        {
            foreach (double width in (double[])[0.35, 1.0, 1.4])
            {
                var model = DetectorCatalog.Build(Spec(2) with { InputSize = size, Options = new SsdOptions { WidthMultiplier = width, Padding = padding } });
                int expected = levels.Select((edge, level) => edge * edge * SsdDefaultBoxes.PerPosition(level)).Sum();
                Assert.Equal(expected, model.References.Count);
                Assert.All(model.Network.Outputs, output => Assert.Equal(
                    expected, output.Heads.Sum(h => model.Network[h].Height * model.Network[h].Width * model.Network[h].Channels.Width / output.Values)));
            }
        }
    }

    [Theory]
    [InlineData(1.0, true)]
    [InlineData(0.35, false)]
    public void A_specification_survives_its_json(double width, bool norms)
    {
        var model = DetectorCatalog.Build(
            Spec(3) with { BatchNorm = norms, Options = new SsdOptions { WidthMultiplier = width, Padding = PaddingStyle.Symmetric } });
        var read = DetectorSpec.FromJson(model.Spec.ToJson(), "test");
        Assert.Equal(model.Spec.Widths, read.Widths);
        Assert.Equal(model.Network.Tensors.Select(t => t.Name), DetectorCatalog.Build(read).Network.Tensors.Select(t => t.Name));
        Assert.Equal(model.Network.Parameters, DetectorCatalog.Build(read).Network.Parameters);
    }

    [Fact]
    public void A_specification_of_the_first_format_is_read()
    {
        const string Old = """
            {"format":1,"architecture":"ssd-mobilenet-v2","inputSize":96,"widthMultiplier":0.5,"classes":["a"],
             "extras":"separable","heads":"full","padding":"symmetric","batchNorm":false,"scores":"softmax","boxOrder":"xywh",
             "centerScale":4,"sizeScale":2,"widths":{"Conv":8}}
            """;
        var read = DetectorSpec.FromJson(Old, "old");
        Assert.Equal((DetectorSpec.CurrentFormat, 96, false, 8), (read.Format, read.InputSize, read.BatchNorm, read.Widths["Conv"]));
        Assert.Equal(
            new SsdOptions
            {
                WidthMultiplier = 0.5,
                Extras = ExtraLayerStyle.Separable,
                Heads = HeadStyle.Full,
                Padding = PaddingStyle.Symmetric,
                Scores = ScoreFunction.Softmax,
                BoxOrder = BoxOrder.Xywh,
                CenterScale = 4,
                SizeScale = 2,
            },
            read.Options);
    }

    [Fact]
    public void Other_widths_give_the_network_that_they_would_have_been_built_with()
    {
        var widths = new SortedDictionary<string, int>(StringComparer.Ordinal)
        {
            ["Conv"] = 7,
            ["expanded_conv_3.hidden"] = 5,
            ["Conv_1"] = 100,
            ["layer_19_2_Conv2d_2_3x3_s2_512"] = 1,
        };
        foreach (var extras in Enum.GetValues<ExtraLayerStyle>())
        {
            var dense = DetectorCatalog.Build(Spec(3) with { Options = new SsdOptions { Extras = extras, Heads = HeadStyle.Separable } });
            var built = DetectorCatalog.Build(dense.Spec with { Widths = widths });
            foreach (var derived in (DetectorModel[])[dense.With(widths), dense.With(new Dictionary<string, int> { ["Conv_1"] = 9 }).With(widths)])
            {
                Assert.Equal(built.Spec.ToJson(), derived.Spec.ToJson());
                Assert.Equal(
                    built.Network.Tensors.Select(t => $"{t.Name} {string.Join(' ', t.Shape)}"),
                    derived.Network.Tensors.Select(t => $"{t.Name} {string.Join(' ', t.Shape)}"));
                Assert.Equal(built.Network.Macs, derived.Network.Macs);
                Assert.Equal(built.Network.Groups.Select(g => string.Join(';', g.Slices)), derived.Network.Groups.Select(g => string.Join(';', g.Slices)));
            }
            Assert.Equal(dense.Network.Parameters, built.Dense.Network.Parameters);
            Assert.Contains(
                "'nope'", Assert.Throws<ArgumentException>(() => dense.With(new Dictionary<string, int> { ["nope"] = 1 })).Message, StringComparison.Ordinal);
            Assert.Contains(
                "from 1 to 32",
                Assert.Throws<ArgumentException>(() => dense.With(new Dictionary<string, int> { ["Conv"] = 33 })).Message,
                StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("{", "no detector specification")]
    [InlineData("null", "it is null")]
    [InlineData("""{"format":3,"architecture":"x","classes":[]}""", "format 3")]
    [InlineData("""{"architecture":"ssd-mobilenet-v2","classes":[],"colour":1}""", "colour")]
    public void A_damaged_specification_is_refused(string json, string message) =>
        Assert.Contains(message, Assert.Throws<FormatException>(() => DetectorSpec.FromJson(json, "file")).Message, StringComparison.Ordinal);

    [Fact]
    public void Widths_that_do_not_fit_are_named()
    {
        Assert.Contains("'nope'", Message(Spec(3) with { Widths = new() { ["nope"] = 3 } }), StringComparison.Ordinal);
        Assert.Contains("from 1 to 32", Message(Spec(3) with { Widths = new() { ["Conv"] = 33 } }), StringComparison.Ordinal);
        Assert.Contains("'ssd'", Message(Spec(3) with { Architecture = "ssd" }), StringComparison.Ordinal);
        Assert.Contains("input-size of architecture 'ssd-mobilenet-v2' is 20, expected a whole number from 32 to 4096",
            Message(Spec(3) with { InputSize = 20 }), StringComparison.Ordinal);
    }

    private static string Message(DetectorSpec spec) => Assert.ThrowsAny<ArgumentException>(() => DetectorCatalog.Build(spec)).Message;

    private static DetectorSpec Spec(int classes) =>
        new() { Architecture = SsdFamily.Architecture, Classes = [.. Enumerable.Range(0, classes).Select(i => $"c{i}")], Options = new SsdOptions() };
}
