using System.Text.Json;
using PruneSearch.Core;
using PruneSearch.Core.Detectors;
using PruneSearch.Core.Detectors.RetinaNet;

namespace PruneSearch.Tests.Core.Detectors;

public sealed class RetinaNetFamilyTests
{
    public static TheoryData<int, int, HeadConvolutions, HeadNorms> Members => new(
        from width in (int[])[64, 96, 256]
        from depth in (int[])[0, 1, 4]
        from heads in Enum.GetValues<HeadConvolutions>()
        from norms in Enum.GetValues<HeadNorms>()
        select (width, depth, heads, norms));

    [Theory]
    [MemberData(nameof(Members))]
    public void Every_choice_survives_the_specification_and_is_told_by_the_tensors(int width, int depth, HeadConvolutions heads, HeadNorms norms)
    {
        var options = new RetinaNetOptions { WidthMultiplier = 0.25, PyramidWidth = width, HeadDepth = depth, Heads = heads, HeadNorms = norms };
        var model = DetectorCatalog.Build(RetinaNetFamily.Spec(["a"], options, 64));

        Assert.Equal(options, DetectorSpec.FromJson(model.Spec.ToJson(), "json").Options);
        Assert.Equal(options, JsonSerializer.Deserialize<DetectorSpec>(JsonSerializer.Serialize(model.Spec, CoreJson.Canonical), CoreJson.Canonical)!.Options);
        var shapes = model.Network.Tensors.ToDictionary(t => t.Name, t => t.Shape);
        var told = new RetinaNetFamily().Told(RetinaNetFamily.Spec(["a"], new() { WidthMultiplier = 0.25 }, 64), shapes.GetValueOrDefault);
        Assert.Equal(shapes.Keys, DetectorCatalog.Build(told).Network.Tensors.Select(t => t.Name)); // no norm where there is nothing to normalise
        Assert.All(DetectorCatalog.Build(told).Network.Tensors, t => Assert.Equal(shapes[t.Name], t.Shape));
    }

    [Theory]
    [InlineData(64, 2, 0, "pyramid-width of architecture 'retinanet' is 63, expected a whole number from 64 to 256")]
    [InlineData(64, 5, 1, "head-depth of architecture 'retinanet' is 5, expected a whole number from 0 to 4")]
    [InlineData(64, 2, 2, "anchor-scale of architecture 'retinanet' is NaN, expected a number from 1 to 16")]
    [InlineData(64, 2, 3, "width-multiplier of architecture 'retinanet' is 9, expected a number above 0 and at most 8")]
    [InlineData(64, 2, 4, "Width multiplier 0.5 stands with a ResNet")]
    [InlineData(300, 2, 5, "Input size 300 is no multiple of the stride 32; the nearest are 288 and 320")]
    [InlineData(4097, 2, 5, "input-size of architecture 'retinanet' is 4097, expected a whole number from 32 to 4096")]
    public void What_is_out_of_range_is_refused_with_what_was_expected(int size, int depth, int which, string message)
    {
        var options = new RetinaNetOptions { PyramidWidth = which == 0 ? 63 : 64, HeadDepth = depth };
        options = which switch
        {
            2 => options with { AnchorScale = double.NaN },
            3 => options with { WidthMultiplier = 9 },
            4 => options with { WidthMultiplier = 0.5, Backbone = RetinaNetBackbone.ResNet18 },
            _ => options,
        };
        string error = Assert.Throws<ArgumentException>(() => DetectorCatalog.Build(RetinaNetFamily.Spec(["a"], options, size))).Message;

        Assert.Contains(message, error, StringComparison.Ordinal);
    }
}
