using PruneSearch.Core.Detectors;
using PruneSearch.Core.Detectors.Backbones;
using PruneSearch.Core.Networks;

namespace PruneSearch.Tests.Core.Detectors;

/// <summary>The backbone alone, against the published sizes without their classifiers.</summary>
public sealed class MobileNetV2Tests
{
    [Fact]
    public void The_backbone_has_the_known_parameters_and_macs()
    {
        var network = MobileNetV2.Build(300);
        Assert.Equal(2_223_872, network.Parameters);
        Assert.Equal(0.563, network.Macs / 1e9, 0.0006);
    }

    [Theory]
    [InlineData(0.5, 1.969 - 1.281)]
    [InlineData(0.75, 2.636 - 1.281)]
    [InlineData(1.4, 6.108 - 1.793)]
    public void Other_widths_have_the_published_parameters(double width, double megaParameters) =>
        Assert.Equal(megaParameters, MobileNetV2.Build(224, width).Parameters / 1e6, 0.0012);

    [Theory]
    [InlineData(PaddingStyle.TensorFlowSame)]
    [InlineData(PaddingStyle.Symmetric)]
    public void The_padding_does_not_change_the_size_of_the_features(PaddingStyle padding)
    {
        foreach (int size in (int[])[224, 300, 320, 513])
        {
            var last = MobileNetV2.Build(size, 0.35, padding).Layers[^1];
            Assert.Equal((size + 31) / 32, last.Height);
            Assert.Equal(1280, last.Channels.Width);
        }
    }
}
