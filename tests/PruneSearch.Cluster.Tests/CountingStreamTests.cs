using PruneSearch.Cluster.Observability;

namespace PruneSearch.Cluster.Tests;

public sealed class CountingStreamTests
{
    [Fact]
    public async Task Every_way_to_write_and_to_read_counts_once()
    {
        var cancellation = TestContext.Current.CancellationToken;
        var told = new List<long>();
        using var memory = new MemoryStream();
        byte[] bytes = new byte[8];
        var writing = new CountingStream(memory, told.Add);
        writing.Write(bytes, 0, 1);
        writing.Write(bytes.AsSpan(0, 2));
#pragma warning disable CA1835 // the older overloads count too
        await writing.WriteAsync(bytes, 0, 3, cancellation);
        await writing.WriteAsync(bytes.AsMemory(0, 4), cancellation);
        Assert.Equal((10, 10), (writing.Count, memory.Length));

        memory.Position = 0;
        var reading = new CountingStream(memory, told.Add);
        int read = reading.Read(bytes, 0, 1) + reading.Read(bytes.AsSpan(0, 2));
        read += await reading.ReadAsync(bytes, 0, 3, cancellation);
        read += await reading.ReadAsync(bytes.AsMemory(0, 8), cancellation); // four are left
#pragma warning restore CA1835
        Assert.Equal((10, 10), (read, reading.Count));
        Assert.Empty(told);

        await reading.DisposeAsync();
        await reading.DisposeAsync();
        Assert.Equal([10], told);
    }
}
