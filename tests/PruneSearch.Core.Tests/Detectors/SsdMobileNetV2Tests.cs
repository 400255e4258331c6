using PruneSearch.Core.Detectors;
using PruneSearch.Core.Networks;

namespace PruneSearch.Tests.Core.Detectors;

/// <summary>Constants of the published family at 300 × 300.</summary>
public sealed class SsdMobileNetV2Tests
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
        var network = DetectorCatalog.Build(Spec(classes) with { Extras = extras, Heads = heads, BatchNorm = norms }).Network;
        Assert.Equal(megaParameters, network.Parameters / 1e6, 0.0006);
        Assert.Equal(gigaMacs, network.Macs / 1e9, 0.0006);
    }

    [Fact]
    public void The_variant_of_the_trained_weights_has_their_parameters() =>
        Assert.Equal(4_951_996, DetectorCatalog.Build(SsdMobileNetV2.FoldedSpec([.. Enumerable.Range(0, 23).Select(i => $"{i}")])).Network.Parameters);

    [Fact]
    public void There_are_1917_default_boxes_with_a_reduced_first_level()
    {
        var boxes = DetectorCatalog.Build(Spec(5)).DefaultBoxes;
        Assert.Equal(1917, boxes.Count);
        Assert.Equal(new DefaultBox(0.5f / 19, 0.5f / 19, 0.1f, 0.1f), boxes[0]);
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
                var model = DetectorCatalog.Build(Spec(2) with { InputSize = size, WidthMultiplier = width, Padding = padding });
                int expected = levels.Select((edge, level) => edge * edge * SsdDefaultBoxes.PerPosition(level)).Sum();
                Assert.Equal(expected, model.DefaultBoxes.Count);
                Assert.All(model.Network.Outputs, output => Assert.Equal(expected, output.Heads.Sum(h => model.Network[h].Height * model.Network[h].Width * model.Network[h].Channels.Width / output.Values)));
            }
        }
    }

    [Theory]
    [InlineData(1.0, true)]
    [InlineData(0.35, false)]
    public void A_specification_survives_its_json(double width, bool norms)
    {
        var model = DetectorCatalog.Build(Spec(3) with { WidthMultiplier = width, BatchNorm = norms, Padding = PaddingStyle.Symmetric });
        var read = DetectorSpec.FromJson(model.Spec.ToJson(), "test");
        Assert.Equal(model.Spec.Widths, read.Widths);
        Assert.Equal(model.Network.Tensors.Select(t => t.Name), DetectorCatalog.Build(read).Network.Tensors.Select(t => t.Name));
        Assert.Equal(model.Network.Parameters, DetectorCatalog.Build(read).Network.Parameters);
    }

    [Theory]
    [InlineData("{", "no detector specification")]
    [InlineData("null", "it is null")]
    [InlineData("""{"format":2,"architecture":"x","classes":[]}""", "format 2")]
    [InlineData("""{"architecture":"x","classes":[],"colour":1}""", "colour")]
    public void A_damaged_specification_is_refused(string json, string message) =>
        Assert.Contains(message, Assert.Throws<FormatException>(() => DetectorSpec.FromJson(json, "file")).Message, StringComparison.Ordinal);

    [Fact]
    public void Widths_that_do_not_fit_are_named()
    {
        Assert.Contains("'nope'", Message(Spec(3) with { Widths = new() { ["nope"] = 3 } }), StringComparison.Ordinal);
        Assert.Contains("from 1 to 32", Message(Spec(3) with { Widths = new() { ["Conv"] = 33 } }), StringComparison.Ordinal);
        Assert.Contains("'ssd'", Message(Spec(3) with { Architecture = "ssd" }), StringComparison.Ordinal);
        Assert.Contains("20 is not from 32", Message(Spec(3) with { InputSize = 20 }), StringComparison.Ordinal);
    }

    private static string Message(DetectorSpec spec) => Assert.ThrowsAny<ArgumentException>(() => DetectorCatalog.Build(spec)).Message;

    private static DetectorSpec Spec(int classes) => new() { Architecture = SsdMobileNetV2.Architecture, Classes = [.. Enumerable.Range(0, classes).Select(i => $"c{i}")] };
}
