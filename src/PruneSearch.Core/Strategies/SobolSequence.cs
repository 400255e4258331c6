using System.Numerics;

namespace PruneSearch.Core.Strategies;

/// <summary>
/// Points that fill the unit cube evenly: Sobol 1967, with the direction numbers of Joe and Kuo 2008 ("Constructing Sobol sequences with
/// better two-dimensional projections") and Owen's nested scrambling (1995) by the seed. Beyond 21 dimensions the rest is plainly random.
/// </summary>
/// <param name="dimensions">Coordinates of a point.</param>
/// <param name="seed">Another seed gives other points that are spread as evenly; <see langword="null"/> does not scramble.</param>
internal sealed class SobolSequence(int dimensions, int? seed)
{
    private const int Bits = 32;

    // Of each dimension from the second on: the coefficients of its primitive polynomial, its first direction numbers.
    private static readonly (int Coefficients, int[] Numbers)[] Polynomials =
    [
        (0, [1]), (1, [1, 3]), (1, [1, 3, 1]), (2, [1, 1, 1]), (1, [1, 1, 3, 3]), (4, [1, 3, 5, 13]), (2, [1, 1, 5, 5, 17]), (4, [1, 1, 5, 5, 5]),
        (7, [1, 1, 7, 11, 19]), (11, [1, 1, 5, 1, 1]), (13, [1, 1, 1, 3, 11]), (14, [1, 3, 5, 5, 31]), (1, [1, 3, 3, 9, 7, 49]), (13, [1, 1, 1, 15, 21, 21]),
        (16, [1, 3, 1, 13, 27, 49]), (19, [1, 1, 1, 15, 7, 5]), (22, [1, 3, 1, 15, 13, 25]), (25, [1, 1, 5, 5, 19, 61]),
        (1, [1, 3, 7, 11, 23, 15, 103]), (4, [1, 3, 7, 13, 13, 15, 69]),
    ];

    private static readonly uint[][] Directions = [.. Enumerable.Range(0, Polynomials.Length + 1).Select(DirectionsOf)];

    /// <summary>A point by its place in the sequence.</summary>
    /// <param name="place">From 0.</param>
    public double[] At(int place)
    {
        uint gray = (uint)place ^ ((uint)place >> 1);
        double[] point = new double[dimensions];
        for (int d = 0; d < dimensions; d++)
        {
            point[d] = d < Directions.Length ? Scrambled(Coordinate(d, gray), d) * Math.ScaleB(1, -Bits)
                : SeededRandom.OfDecision(seed ?? 0, d, place).NextDouble();
        }
        return point;
    }

    private static uint Coordinate(int dimension, uint gray)
    {
        uint value = 0;
        for (; gray != 0; gray &= gray - 1)
        {
            value ^= Directions[dimension][BitOperations.TrailingZeroCount(gray)];
        }
        return value;
    }

    // Each bit is turned over or not by a hash of all bits before it.
    private uint Scrambled(uint value, int dimension)
    {
        if (seed is not { } s)
        {
            return value;
        }
        ulong key = SeededRandom.Hash(((ulong)(uint)s << 32) | (uint)dimension);
        uint scrambled = 0;
        for (int bit = 0; bit < Bits; bit++)
        {
            ulong prefix = bit == 0 ? 1 : (1UL << bit) | (value >> (Bits - bit));
            uint flip = (uint)SeededRandom.Hash(key ^ prefix) & 1;
            scrambled |= (((value >> (Bits - 1 - bit)) & 1) ^ flip) << (Bits - 1 - bit);
        }
        return scrambled;
    }

    private static uint[] DirectionsOf(int dimension)
    {
        uint[] v = new uint[Bits];
        if (dimension == 0)
        {
            for (int i = 0; i < Bits; i++)
            {
                v[i] = 1u << (Bits - 1 - i);
            }
            return v;
        }
        var (coefficients, numbers) = Polynomials[dimension - 1];
        int degree = numbers.Length;
        for (int i = 0; i < Bits; i++)
        {
            if (i < degree)
            {
                v[i] = (uint)numbers[i] << (Bits - 1 - i);
                continue;
            }
            v[i] = v[i - degree] ^ (v[i - degree] >> degree);
            for (int k = 1; k < degree; k++)
            {
                v[i] ^= ((coefficients >> (degree - 1 - k)) & 1) != 0 ? v[i - k] : 0;
            }
        }
        return v;
    }
}
