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
}
