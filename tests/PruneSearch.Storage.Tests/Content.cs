using PruneSearch.Core.Storage;

namespace PruneSearch.Storage.Tests;

/// <summary>Contents that are told apart by a seed: every eight bytes are a function of the seed and their place.</summary>
internal static class Content
{
    private const int Chunk = 1 << 16;

    /// <summary>Writes a content.</summary>
    public static async Task WriteAsync(Stream stream, int seed, long bytes, CancellationToken cancellation)
    {
        byte[] buffer = new byte[Chunk];
        for (long at = 0; at < bytes; at += buffer.Length)
        {
            Fill(buffer, seed, at);
            await stream.WriteAsync(buffer.AsMemory(0, (int)Math.Min(buffer.Length, bytes - at)), cancellation);
        }
    }

    /// <summary>The seed of a stored content; fails when any byte is another one's.</summary>
    public static async Task<int> SeedOfAsync(ICheckpointStore store, string name, long bytes, CancellationToken cancellation)
    {
        await using var stream = await store.OpenReadAsync(name, cancellation);
        Assert.Equal(bytes, stream.Length);
        byte[] buffer = new byte[Chunk], expected = new byte[Chunk];
        int? seed = null;
        for (long at = 0; at < bytes; at += buffer.Length)
        {
            int count = (int)Math.Min(buffer.Length, bytes - at);
            await stream.ReadExactlyAsync(buffer.AsMemory(0, count), cancellation);
            seed ??= BitConverter.ToInt32(buffer);
            Fill(expected, seed.Value, at);
            Assert.True(buffer.AsSpan(0, count).SequenceEqual(expected.AsSpan(0, count)), $"the bytes from {at} on are not those of writer {seed}");
        }
        return seed ?? 0;
    }

    /// <summary>Writes and reads a large content.</summary>
    /// <returns>By how many bytes the live managed memory grew at most.</returns>
    public static async Task<long> StreamAsync(ICheckpointStore store, string name, long bytes, CancellationToken cancellation)
    {
        const long Part = 8L << 20;
        long before = GC.GetTotalMemory(forceFullCollection: true), peak = before;
        await store.PutAsync(name, async (stream, c) =>
        {
            byte[] buffer = new byte[Chunk];
            for (long at = 0; at < bytes; at += buffer.Length)
            {
                Fill(buffer, 7, at);
                await stream.WriteAsync(buffer, c);
                Look(at);
            }
        }, PutCondition.IfAbsent, cancellation);
        await using (var stream = await store.OpenReadAsync(name, cancellation))
        {
            Assert.Equal(bytes, stream.Length);
            byte[] buffer = new byte[Chunk], expected = new byte[Chunk];
            for (long at = 0; at < bytes; at += buffer.Length)
            {
                await stream.ReadExactlyAsync(buffer, cancellation);
                Fill(expected, 7, at);
                Assert.True(buffer.AsSpan().SequenceEqual(expected), $"the bytes from {at} on are not those that were written");
                Look(at);
            }
        }
        return peak - before;

        void Look(long at)
        {
            if (at % Part == 0)
            {
                peak = Math.Max(peak, GC.GetTotalMemory(forceFullCollection: true));
            }
        }
    }

    private static void Fill(byte[] buffer, int seed, long at)
    {
        for (int i = 0; i < buffer.Length; i += 8)
        {
            BitConverter.TryWriteBytes(buffer.AsSpan(i), seed);
            BitConverter.TryWriteBytes(buffer.AsSpan(i + 4), (int)((at + i) >> 3));
        }
    }
}
