using PruneSearch.Core;
using PruneSearch.Core.Detectors;
using PruneSearch.Core.Detectors.Rules;
using PruneSearch.Data.Augmentation;
using PruneSearch.Data.PostProcessing;

namespace PruneSearch.Data.Tests.PostProcessing;

public sealed class BoxCoderTests
{
    [Fact]
    public void Codes_are_those_of_the_ssd_paper_in_either_order()
    {
        var reference = new ReferenceBox(0.5f, 0.5f, 0.2f, 0.4f);
        var box = new BoxCorners(0.45f, 0.4f, 0.65f, 0.8f); // centre .55, .6; height .2, width .4
        float[] code = new float[4];
        Coder(BoxOrder.Yxhw).Encode(box, reference, code);
        Assert.All(new[] { 2.5f, 2.5f, 0f, 0f }.Zip(code), p => Assert.Equal(p.First, p.Second, 1e-5f));
        var wide = new BoxCorners(0.4f, 0.1f, 0.6f, 0.9f);
        Coder(BoxOrder.Xywh).Encode(wide, reference, code);
        Assert.All(new[] { 0f, 0f, 5 * MathF.Log(2), 0f }.Zip(code), p => Assert.Equal(p.First, p.Second, 1e-5f));
    }

    [Theory]
    [InlineData(BoxOrder.Yxhw)]
    [InlineData(BoxOrder.Xywh)]
    public void Decoding_undoes_encoding(BoxOrder order)
    {
        var coder = Coder(order);
        var random = new SeededRandom(1);
        float[] code = new float[4];
        for (int i = 0; i < 200; i++)
        {
            var reference = new ReferenceBox(
                (float)random.NextDouble(), (float)random.NextDouble(), (float)random.NextDouble(0.05, 1), (float)random.NextDouble(0.05, 1));
            float y = (float)random.NextDouble(0, 0.5), x = (float)random.NextDouble(0, 0.5);
            var box = new BoxCorners(y, x, y + (float)random.NextDouble(0.02, 0.5), x + (float)random.NextDouble(0.02, 0.5));
            coder.Encode(box, reference, code);
            var again = coder.Decode(code, reference);
            Assert.Equal(box.YMin, again.YMin, 1e-5f);
            Assert.Equal(box.XMin, again.XMin, 1e-5f);
            Assert.Equal(box.YMax, again.YMax, 1e-5f);
            Assert.Equal(box.XMax, again.XMax, 1e-5f);
        }
    }

    [Fact]
    public void Absurd_codes_stay_finite() =>
        Assert.True(float.IsFinite(Coder(BoxOrder.Yxhw).Decode([1e6f, 1e6f, 1e6f, 1e6f], new ReferenceBox(0.5f, 0.5f, 1, 1)).YMax));

    private static BoxCoder Coder(BoxOrder order) => new(new BoxCode { Order = order, CenterScale = 10, SizeScale = 5 });
}
