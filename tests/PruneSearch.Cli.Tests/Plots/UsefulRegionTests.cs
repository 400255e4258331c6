using PruneSearch.Cli.Plots;
using ScottPlot;

namespace PruneSearch.Cli.Tests.Plots;

public sealed class UsefulRegionTests
{
    private static readonly Coordinates[] Useful = [new(1, .85), new(1.4, .86), new(2, .80)];

    [Fact]
    public void Models_of_no_use_lie_outside()
    {
        var region = Assert.NotNull(UsefulRegion.Of([.. Useful, new(3.5, .02)]));

        Assert.All(Useful, p => Assert.True(region.Contains(p)));
        Assert.InRange(region.Bottom, .75, .80);
        Assert.InRange(region.Left, .8, 1);
        Assert.InRange(region.Right, 2, 2.2);
        Assert.InRange(region.Top, .86, .90);
    }

    [Fact]
    public void Where_everything_fits_there_is_none()
    {
        Assert.Null(UsefulRegion.Of(Useful));
        Assert.Null(UsefulRegion.Of([.. Useful, new(3.5, .75)])); // the whole is less than twice as high
        Assert.NotNull(UsefulRegion.Of([.. Useful, new(3.5, .60)]));
    }

    [Fact]
    public void Few_models_and_those_without_a_figure_make_none()
    {
        Assert.Null(UsefulRegion.Of([]));
        Assert.Null(UsefulRegion.Of([new(1, .8)]));
        Assert.Null(UsefulRegion.Of([new(1, .8), new(double.NaN, .7), new(2, double.NaN)]));
        Assert.Null(UsefulRegion.Of([new(1, .8), new(1, .7), new(2, .1)])); // of those that matter none is faster
    }
}
