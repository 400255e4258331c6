namespace PruneSearch.Data.Augmentation;

/// <summary>
/// A random number generator whose sequence is part of this project (SplitMix64, Steele et al. 2014), so that the same
/// seed gives the same data on every platform and version of .NET.
/// </summary>
public sealed class SeededRandom
{
    private ulong _state;

    /// <summary>A sequence of its own for each combination of numbers, for example seed, step and slot.</summary>
    public SeededRandom(params ReadOnlySpan<long> seeds)
    {
        foreach (long seed in seeds)
        {
            _state = Mix(_state + 0x9E37_79B9_7F4A_7C15) ^ (ulong)seed;
        }
        _state = Mix(_state + 0x9E37_79B9_7F4A_7C15);
    }

    /// <summary>From 0 to below 1, evenly.</summary>
    public double NextDouble() => (NextBits() >> 11) * (1.0 / (1UL << 53));

    /// <summary>Between two values, evenly.</summary>
    public double NextDouble(double low, double high) => low + (high - low) * NextDouble();

    /// <summary>From 0 to below <paramref name="limit"/>, evenly.</summary>
    public int NextInt(int limit)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        return (int)Math.BigMul(NextBits(), (ulong)limit, out _);
    }

    /// <summary>True half of the time, or with another probability.</summary>
    public bool NextBool(double probability = 0.5) => NextDouble() < probability;

    /// <summary>The numbers below <paramref name="count"/> in random order.</summary>
    public int[] Permutation(int count)
    {
        int[] order = [.. Enumerable.Range(0, count)];
        for (int i = count - 1; i > 0; i--)
        {
            int j = NextInt(i + 1);
            (order[i], order[j]) = (order[j], order[i]);
        }
        return order;
    }

    private ulong NextBits() => Mix(_state += 0x9E37_79B9_7F4A_7C15);

    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58_476D_1CE4_E5B9;
        z = (z ^ (z >> 27)) * 0x94D0_49BB_1331_11EB;
        return z ^ (z >> 31);
    }
}
