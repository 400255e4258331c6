using PruneSearch.Data.Loading;

namespace PruneSearch.Data.Tests;

/// <summary>Broken copies of files: cut, with flipped bits, with a repeated or a random stretch.</summary>
internal static class Damage
{
    public static byte[] Apply(byte[] content, int seed)
    {
        var random = new SeededRandom(seed);
        byte[] copy = [.. content];
        switch (random.NextInt(4))
        {
            case 0:
                return copy[..random.NextInt(copy.Length)];
            case 1:
                for (int i = 1 + random.NextInt(8); i > 0; i--)
                {
                    copy[random.NextInt(copy.Length)] ^= (byte)(1 << random.NextInt(8));
                }
                return copy;
            case 2:
                int from = random.NextInt(copy.Length);
                return [.. copy, .. copy[from..]];
            default:
                int start = random.NextInt(copy.Length), end = Math.Min(copy.Length, start + 1 + random.NextInt(16));
                for (int i = start; i < end; i++)
                {
                    copy[i] = (byte)random.NextInt(256);
                }
                return copy;
        }
    }
}
