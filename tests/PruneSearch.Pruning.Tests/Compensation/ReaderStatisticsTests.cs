using PruneSearch.Detection;
using PruneSearch.Pruning.Compensation;
using static TorchSharp.torch;

namespace PruneSearch.Tests.Pruning.Compensation;

public sealed class ReaderStatisticsTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Batches_add_up_to_the_covariance_of_all_rows(bool centred)
    {
        using var scope = NewDisposeScope();
        using var random = new Generator(3, CPU);
        var y = (randn(300, 4, generator: random) * tensor(new float[] { 1, 2, 3, 4 })).Plus(100); // far from zero
        var t = y.matmul(randn(4, 2, generator: random)).Plus(randn(300, 2, generator: random));
        using var streamed = new ReaderStatistics();
        for (int i = 0; i < 3; i++)
        {
            streamed.Add(t.narrow(0, i * 100, 100), y.narrow(0, i * 100, 100), weights: null);
        }
        Tensor y64 = y.to(ScalarType.Float64), t64 = t.to(ScalarType.Float64);
        Tensor dy = centred ? y64 - y64.mean([0]) : y64, dt = centred ? t64 - t64.mean([0]) : t64;
        Assert.Equal(300, streamed.Count);
        Near(y64.mean([0]), streamed.MeanY());
        Near(t64.mean([0]), streamed.MeanT());
        Near(dy.t().matmul(dy).Over(300), streamed.Own(centred));
        Near(dt.t().matmul(dy).Over(300), streamed.Cross(centred));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_row_that_weighs_2_is_two_rows_and_one_that_weighs_nothing_is_none(bool centred)
    {
        using var scope = NewDisposeScope();
        using var random = new Generator(4, CPU);
        Tensor y = randn(60, 3, generator: random).Plus(5), t = randn(60, 2, generator: random).Plus(-1);
        using ReaderStatistics weighted = new(), repeated = new();

        weighted.Add(t, y, cat([ones(20, 1).Times(2), ones(20, 1), zeros(20, 1)]));

        repeated.Add(cat([t[..20], t[..40]]), cat([y[..20], y[..40]]), weights: null);
        Assert.Equal(repeated.Count, weighted.Count);
        Near(repeated.MeanY(), weighted.MeanY());
        Near(repeated.MeanT(), weighted.MeanT());
        Near(repeated.Own(centred), weighted.Own(centred));
        Near(repeated.Cross(centred), weighted.Cross(centred));
    }

    [Fact]
    public void Without_rows_there_are_no_statistics()
    {
        using var empty = new ReaderStatistics();
        Assert.Throws<InvalidOperationException>(empty.MeanY);
    }

    private static void Near(Tensor expected, Tensor actual) =>
        Assert.True((expected - actual).abs().max().item<double>() < 1e-5 * expected.abs().max().item<double>());
}
