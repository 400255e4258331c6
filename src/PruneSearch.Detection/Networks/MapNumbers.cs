using System.Runtime.Intrinsics;

namespace PruneSearch.Detection.Networks;

/// <summary>How the numbers of a feature map are read and written.</summary>
/// <typeparam name="T">Their type in memory.</typeparam>
internal unsafe interface IMapNumbers<T>
    where T : unmanaged
{
    /// <summary>Sixteen in a row.</summary>
    static abstract Vector512<float> Load(T* at);

    /// <summary>Writes sixteen in a row.</summary>
    static abstract void Store(Vector512<float> values, T* at);
}

/// <summary>32-bit numbers.</summary>
internal readonly unsafe struct Singles : IMapNumbers<float>
{
    public static Vector512<float> Load(float* at) => Vector512.Load(at);

    public static void Store(Vector512<float> values, float* at) => Vector512.Store(values, at);
}

/// <summary>The upper halves of 32-bit numbers: bfloat16. Written with rounding to the nearest, to the even one of two; NaN stays NaN.</summary>
internal readonly unsafe struct UpperHalves : IMapNumbers<ushort>
{
    public static Vector512<float> Load(ushort* at)
    {
        var (low, high) = Vector256.Widen(Vector256.Load(at));
        return (Vector512.Create(low, high) << 16).AsSingle();
    }

    public static void Store(Vector512<float> values, ushort* at)
    {
        var bits = values.AsUInt32();
        var rounded = (bits + Vector512.Create(0x7FFFu) + ((bits >>> 16) & Vector512<uint>.One)) >>> 16;
        var halves = Vector512.ConditionalSelect(Vector512.Equals(values, values).AsUInt32(), rounded, Vector512.Create(0x7FC0u));
        Vector256.Store(Vector256.Narrow(halves.GetLower(), halves.GetUpper()), at);
    }
}
