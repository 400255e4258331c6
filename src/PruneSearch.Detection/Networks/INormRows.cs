using PruneSearch.Core.Networks;
using TorchSharp;
using static TorchSharp.torch;

namespace PruneSearch.Detection.Networks;

/// <summary>A batch norm with what comes after it on feature maps of one number type.</summary>
internal interface INormRows
{
    /// <summary>Mean and variance of each channel.</summary>
    NormMoments Moments(Tensor x, NormLayout layout);

    /// <summary>Normalises, scales and shifts, and applies what comes after it.</summary>
    void Forward(Tensor x, NormLayout layout, NormMoments moments, Tensor result);

    /// <summary>Gradients.</summary>
    /// <param name="x">What went in.</param>
    /// <param name="layout">Its layout.</param>
    /// <param name="gradient">Of the result; positions may have gaps between them where each makes a row of its own.</param>
    /// <param name="moments">Statistics of <paramref name="x"/>.</param>
    /// <param name="result">Receives the gradient of <paramref name="x"/>.</param>
    /// <returns>Gradients of scale and shift.</returns>
    (float[] Weight, float[] Bias) Backward(Tensor x, NormLayout layout, Tensor gradient, NormMoments moments, Tensor result);

    /// <summary>Whether there is one for an elementwise function.</summary>
    static bool Knows(ActivationFunction activation) => activation is ActivationFunction.Relu or ActivationFunction.Relu6 or ActivationFunction.Silu;

    /// <summary>The one for a number type and a function, or none.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The function is not <see cref="Knows">known</see>.</exception>
    static INormRows Of(ScalarType type, ActivationFunction? activation) => activation switch
    {
        null => Of<Identity>(type),
        ActivationFunction.Relu => Of<Relu>(type),
        ActivationFunction.Relu6 => Of<Relu6>(type),
        ActivationFunction.Silu => Of<Silu>(type),
        _ => throw new ArgumentOutOfRangeException(nameof(activation), activation, "no function that a batch norm is joined with"),
    };

    private static INormRows Of<TActivation>(ScalarType type)
        where TActivation : struct, INormActivation =>
        type == ScalarType.Float32 ? new NormRows<float, Singles, TActivation>() : new NormRows<ushort, UpperHalves, TActivation>();
}
