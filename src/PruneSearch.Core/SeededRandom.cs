namespace PruneSearch.Core;

/// <summary>
/// A random number generator whose sequence is part of this project (SplitMix64: Steele, Lea, Flood 2014, "Fast splittable
/// pseudorandom number generators"), so that the same seed gives the same data and the same proposals on every platform and version of .NET.
/// </summary>
public sealed class SeededRandom
{
    private const ulong Gamma = 0x9E37_79B9_7F4A_7C15;

    private ulong _state;

    /// <summary>A sequence of its own for each combination of numbers, for example seed, step and slot.</summary>
    public SeededRandom(params ReadOnlySpan<long> seeds)
    {
        foreach (long seed in seeds)
        {
            _state = Hash(_state) ^ (ulong)seed;
        }
        _state = Hash(_state);
    }

    private SeededRandom(ulong state) => _state = state;

    /// <summary>The sequence of one decision of a search: it follows from the search's seed and the decision's numbers alone.</summary>
    /// <param name="seed">The search's seed.</param>
    /// <param name="numbers">What it is for, for example a strategy and the number of a trial.</param>
    public static SeededRandom OfDecision(int seed, params ReadOnlySpan<int> numbers)
    {
        ulong state = Hash((uint)seed);
        foreach (int number in numbers)
        {
            state = Hash(state + (uint)number);
        }
        return new SeededRandom(state);
    }

    /// <summary>A number in which every bit depends on every bit of another.</summary>
    public static ulong Hash(ulong value) => Mix(value + Gamma);

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

    /// <summary>Of the standard normal distribution (Box, Muller 1958).</summary>
    public double NextNormal() => Math.Sqrt(-2 * Math.Log(1 - NextDouble())) * Math.Cos(2 * Math.PI * NextDouble());

    /// <summary>True half of the time, or with another probability.</summary>
    public bool NextBool(double probability = 0.5) => NextDouble() < probability;

    /// <summary>The numbers below <paramref name="count"/> in random order.</summary>
    public int[] Permutation(int count)
    {
        int[] order = [.. Enumerable.Range(0, count)];
        Shuffle(order.AsSpan());
        return order;
    }

    /// <summary>Puts items into random order (Fisher, Yates; Durstenfeld 1964).</summary>
    public void Shuffle<T>(Span<T> items)
    {
        for (int i = items.Length - 1; i > 0; i--)
        {
            int other = NextInt(i + 1);
            (items[i], items[other]) = (items[other], items[i]);
        }
    }

    private ulong NextBits() => Mix(_state += Gamma);

    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58_476D_1CE4_E5B9;
        z = (z ^ (z >> 27)) * 0x94D0_49BB_1331_11EB;
        return z ^ (z >> 31);
    }
}
