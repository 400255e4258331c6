using System.Runtime.Intrinsics;

namespace PruneSearch.Detection.Networks;

/// <summary>An elementwise function behind a batch norm, sixteen numbers at a time.</summary>
internal interface INormActivation
{
    /// <summary>Its values; what is not a number stays none.</summary>
    static abstract Vector512<float> Of(Vector512<float> y);

    /// <summary>A gradient times its derivative.</summary>
    /// <param name="y">Where.</param>
    /// <param name="given">Gradient of its values.</param>
    static abstract Vector512<float> Gradient(Vector512<float> y, Vector512<float> given);
}

/// <summary>No function.</summary>
internal readonly struct Identity : INormActivation
{
    public static Vector512<float> Of(Vector512<float> y) => y;

    public static Vector512<float> Gradient(Vector512<float> y, Vector512<float> given) => given;
}

/// <summary>The larger of a number and 0.</summary>
internal readonly struct Relu : INormActivation
{
    // The native maximum answers with its second operand where one is not a number.
    public static Vector512<float> Of(Vector512<float> y) => Vector512.MaxNative(Vector512<float>.Zero, y);

    public static Vector512<float> Gradient(Vector512<float> y, Vector512<float> given) => given & Vector512.GreaterThan(y, Vector512<float>.Zero);
}

/// <summary>Numbers between 0 and 6.</summary>
internal readonly struct Relu6 : INormActivation
{
    private static Vector512<float> Most => Vector512.Create(6f);

    public static Vector512<float> Of(Vector512<float> y) => Vector512.MinNative(Most, Relu.Of(y));

    public static Vector512<float> Gradient(Vector512<float> y, Vector512<float> given) => Relu.Gradient(y, given) & Vector512.LessThan(y, Most);
}

/// <summary>y times the sigmoid of y.</summary>
internal readonly struct Silu : INormActivation
{
    public static Vector512<float> Of(Vector512<float> y) => y * Sigmoid(y);

    public static Vector512<float> Gradient(Vector512<float> y, Vector512<float> given)
    {
        var sigmoid = Sigmoid(y);
        return given * sigmoid * Vector512.FusedMultiplyAdd(y, Vector512<float>.One - sigmoid, Vector512<float>.One);
    }

    private static Vector512<float> Sigmoid(Vector512<float> y) => Vector512<float>.One / (Vector512<float>.One + Exponential(-y));

    // e^t to about 2 units in the last place: 2^n times a polynomial of what is left (Moshier's Cephes library).
    private static Vector512<float> Exponential(Vector512<float> t)
    {
        t = Vector512.Min(Vector512.Max(t, Vector512.Create(-87f)), Vector512.Create(88f));
        var n = Vector512.Round(t * Vector512.Create(1.44269504f));
        var r = Vector512.FusedMultiplyAdd(n, Vector512.Create(-0.693359375f), t);
        r = Vector512.FusedMultiplyAdd(n, Vector512.Create(2.12194440e-4f), r);
        var p = Vector512.Create(1.9875691500e-4f);
        p = Vector512.FusedMultiplyAdd(p, r, Vector512.Create(1.3981999507e-3f));
        p = Vector512.FusedMultiplyAdd(p, r, Vector512.Create(8.3334519073e-3f));
        p = Vector512.FusedMultiplyAdd(p, r, Vector512.Create(4.1665795894e-2f));
        p = Vector512.FusedMultiplyAdd(p, r, Vector512.Create(1.6666665459e-1f));
        p = Vector512.FusedMultiplyAdd(p, r, Vector512.Create(5.0000001201e-1f));
        p = Vector512.FusedMultiplyAdd(p, r * r, r + Vector512<float>.One);
        return p * ((Vector512.ConvertToInt32(n) + Vector512.Create(127)) << 23).AsSingle();
    }
}
