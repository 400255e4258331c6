using PruneSearch.Core.Networks;

namespace PruneSearch.Tests.Core.Networks;

public sealed class PaddingTests
{
    [Theory]
    [InlineData(300, 3, 2, 0, 1)]
    [InlineData(19, 3, 2, 1, 1)]
    [InlineData(10, 3, 2, 0, 1)]
    [InlineData(19, 3, 1, 1, 1)]
    [InlineData(19, 1, 1, 0, 0)]
    [InlineData(1, 3, 2, 1, 1)]
    public void TensorFlow_puts_the_larger_half_at_the_end(int size, int kernel, int stride, int before, int after)
    {
        Assert.Equal(new Padding(before, before, after, after), Padding.For(PaddingStyle.TensorFlowSame, size, size, kernel, stride));
        Assert.Equal(before == after, Padding.For(PaddingStyle.TensorFlowSame, size, size, kernel, stride).IsSymmetric);
    }

    [Fact]
    public void Symmetric_padding_ignores_the_size() => Assert.Equal(new Padding(1, 1, 1, 1), Padding.For(PaddingStyle.Symmetric, 300, 10, 3, 2));
}
