using System.Diagnostics;

namespace PruneSearch.Tests;

/// <summary>
/// Feeds damaged copies of a good file to a reader. Each must be read, or be refused with the reader's own exception and a
/// message of one line: nothing else may be thrown, no case may hang, and none may take more memory than it was given.
/// </summary>
internal static class Fuzz
{
    private static readonly TimeSpan Hang = TimeSpan.FromSeconds(60); // far above what any case takes, also on a busy machine

    /// <summary>Runs cases with seeds from 0.</summary>
    /// <param name="content">The good file.</param>
    /// <param name="cases">How many.</param>
    /// <param name="read">The reader.</param>
    /// <param name="maxBytes">Most managed memory that a case may take, in bytes.</param>
    /// <param name="damaged">Damage goes to the first bytes of the file up to here; the whole file by default.</param>
    /// <typeparam name="TRefusal">The reader's own exception.</typeparam>
    /// <returns>Cases that were refused.</returns>
    public static int Run<TRefusal>(byte[] content, int cases, Action<byte[]> read, long maxBytes = 64 << 20, int? damaged = null)
        where TRefusal : Exception
    {
        int refused = 0, seed = 0;
        // One thread for all cases, watched from here: a case that never ends fails the test instead of stopping it.
        var progress = Stopwatch.StartNew();
        Exception? failure = null;
        var worker = new Thread(() =>
        {
            for (; seed < cases && failure is null; seed++)
            {
                byte[] copy = Damage(content, seed, damaged ?? content.Length);
                long before = GC.GetAllocatedBytesForCurrentThread();
                progress.Restart();
                try
                {
                    read(copy);
                }
                catch (TRefusal e)
                {
                    refused++;
                    failure = e.Message.Any(char.IsControl) ? new InvalidOperationException($"not one line: {e.Message}") : null;
                }
#pragma warning disable CA1031 // Anything else is what this looks for.
                catch (Exception e)
#pragma warning restore CA1031
                {
                    failure = e;
                }
                long taken = GC.GetAllocatedBytesForCurrentThread() - before;
                failure ??= taken > maxBytes ? new InvalidOperationException($"took {taken} bytes, expected at most {maxBytes}") : null;
            }
        })
        { IsBackground = true };
        worker.Start();
        while (!worker.Join(TimeSpan.FromSeconds(1)))
        {
            Assert.True(progress.Elapsed < Hang, $"seed {seed}: still running after {Hang}");
        }
        Assert.True(failure is null, $"seed {seed - 1}: {failure}");
        return refused;
    }

    private static byte[] Damage(byte[] content, int seed, int reach)
    {
        var random = new Random(seed);
        byte[] copy = [.. content];
        int at = random.Next(reach);
        switch (random.Next(6))
        {
            case 0: // cut off
                return copy[..at];
            case 1: // flipped bits
                for (int i = 1 + random.Next(8); i > 0; i--)
                {
                    copy[random.Next(reach)] ^= (byte)(1 << random.Next(8));
                }
                return copy;
            case 2: // the rest once more
                return [.. copy, .. copy[at..]];
            case 3: // a stretch of noise
                random.NextBytes(copy.AsSpan(at, Math.Min(copy.Length - at, 1 + random.Next(16))));
                return copy;
            case 4: // a very large or negative number
                byte[][] numbers = [[0xFF, 0xFF, 0xFF, 0x7F], [0x7F, 0xFF, 0xFF, 0xFF], [0xFF, 0xFF, 0xFF, 0xFF], [0, 0, 0, 0x80], [0xFF, 0xFF], [0, 0, 0, 0]];
                byte[] number = numbers[random.Next(numbers.Length)];
                number.AsSpan(0, Math.Min(number.Length, copy.Length - at)).CopyTo(copy.AsSpan(at));
                return copy;
            default: // a stretch taken out or a long number put in
                int end = Math.Min(copy.Length, at + 1 + random.Next(32));
                return random.Next(2) == 0 ? [.. copy[..at], .. copy[end..]]
                    : [.. copy[..at], .. Enumerable.Repeat((byte)'9', 1 + random.Next(40)), .. copy[at..]];
        }
    }
}
