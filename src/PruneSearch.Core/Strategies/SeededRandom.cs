namespace PruneSearch.Core.Strategies;

/// <summary>
/// Random numbers that follow from a seed and the number of a decision alone, the same on every machine: SplitMix64 (Steele, Lea, Flood 2014,
/// "Fast splittable pseudorandom number generators").
/// </summary>
internal sealed class SeededRandom
{
    private ulong _state;

    /// <summary>Begins a stream.</summary>
    /// <param name="seed">The search's seed.</param>
    /// <param name="numbers">What the stream is for, for example the number of the trial.</param>
    public SeededRandom(int seed, params ReadOnlySpan<int> numbers)
    {
        _state = Mixed((ulong)(uint)seed);
        foreach (int number in numbers)
        {
            _state = Mixed(_state + (uint)number);
        }
    }

    /// <summary>A hash in which every bit depends on every bit.</summary>
    public static ulong Mixed(ulong value)
    {
        value += 0x9E3779B97F4A7C15;
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }

    /// <summary>A number from 0 to below 1.</summary>
    public double Unit() => (Next() >> 11) * (1.0 / (1UL << 53));

    /// <summary>A whole number from 0 to below <paramref name="count"/>.</summary>
    public int Below(int count) => (int)Math.Min(count - 1, Unit() * count);

    /// <summary>A number of the standard normal distribution (Box, Muller 1958).</summary>
    public double Normal() => Math.Sqrt(-2 * Math.Log(1 - Unit())) * Math.Cos(2 * Math.PI * Unit());

    /// <summary>The items in random order.</summary>
    public void Shuffle<T>(Span<T> items)
    {
        for (int i = items.Length - 1; i > 0; i--)
        {
            int other = Below(i + 1);
            (items[i], items[other]) = (items[other], items[i]);
        }
    }

    private ulong Next()
    {
        ulong value = Mixed(_state);
        _state += 0x9E3779B97F4A7C15;
        return value;
    }
}
