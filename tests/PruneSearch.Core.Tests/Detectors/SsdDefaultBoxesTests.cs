using PruneSearch.Core.Detectors;
using PruneSearch.Core.Detectors.Ssd;

namespace PruneSearch.Tests.Core.Detectors;

/// <summary>Section 2.2 of the paper: a box of scale s and aspect ratio a is s·√a wide and s/√a high; one more has the scale √(s·s').</summary>
public sealed class SsdDefaultBoxesTests
{
    private const int Levels = 6;

    [Fact]
    public void Shapes_of_a_level_have_its_scale_and_their_aspect_ratios()
    {
        var boxes = SsdDefaultBoxes.Create([.. Enumerable.Repeat((1, 1), Levels)]);
        int at = SsdDefaultBoxes.PerPosition(0);
        Assert.Equal([(.1f, .1f), (.2f / MathF.Sqrt(2), .2f * MathF.Sqrt(2)), (.2f * MathF.Sqrt(2), .2f / MathF.Sqrt(2))],
            boxes.Take(at).Select(b => (b.Height, b.Width)));
        for (int level = 1; level < Levels; level++, at += 6)
        {
            double scale = .2 + .15 * level, next = level < Levels - 1 ? scale + .15 : 1;
            var shapes = boxes.Skip(at).Take(6).ToList();
            double[] aspects = [1, 2, .5, 3, .3333];
            Assert.All(shapes.Zip(aspects), s => Assert.Equal(s.Second, s.First.Width / s.First.Height, 1e-4));
            Assert.All(shapes.SkipLast(1), s => Assert.Equal(scale * scale, s.Width * s.Height, 1e-6));
            Assert.Equal(scale * next, shapes[5].Width * shapes[5].Height, 1e-6);
            Assert.Equal(shapes[5].Width, shapes[5].Height);
        }
        Assert.Equal(boxes.Count, at);
    }

    // Stride 32. At 300 the middle of the 10 positions looks at 11.5 + 32 · 4.5 = 155.5, 5.5 pixels behind the middle of the input; at 224, where all
    // edges are even and padded at the bottom and right alone, at 31.5 + 32 · 3 = 127.5, 15.5 pixels behind it.
    [Theory]
    [InlineData(268, 9, 0)]   // edges as odd and even as at 300
    [InlineData(224, 7, 10)]
    public void At_another_size_boxes_keep_their_pixels_and_their_place_before_what_is_looked_at(int size, int rows, double shift)
    {
        var trained = DetectorCatalog.Build(SsdFamily.Spec(["a"], new() { WidthMultiplier = 0.1 }));
        var moved = trained.At(size);
        var own = DetectorCatalog.Build(moved.Spec with { Options = ((SsdOptions)moved.Spec.Options) with { TrainedSize = null } });
        var finest = moved.Network[moved.Network.Outputs[0].Heads[0]];
        int first = finest.Height * finest.Width * SsdDefaultBoxes.PerPosition(0);
        var (box, unmoved) = (moved.References[first], own.References[first]);

        Assert.Equal(300, ((SsdOptions)moved.Spec.Options).TrainedSize);
        Assert.Equal(rows, moved.Network[moved.Network.Outputs[0].Heads[1]].Height);
        Assert.Equal(trained.References[19 * 19 * 3].Height * 300, box.Height * size, 1e-3);
        Assert.Equal(shift, (box.CenterX - unmoved.CenterX) * size, 1e-3);
        Assert.Equal(shift, (box.CenterY - unmoved.CenterY) * size, 1e-3);
    }
}
