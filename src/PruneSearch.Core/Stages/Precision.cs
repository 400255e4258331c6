using System.Text.Json.Serialization;

namespace PruneSearch.Core.Stages;

/// <summary>The number type that convolutions are trained with.</summary>
public enum Precision
{
    /// <summary>float32, whatever the processor: nobody's weights may depend on who trains them.</summary>
    Auto,

    /// <summary>IEEE single precision.</summary>
    [JsonStringEnumMemberName("float32")]
    Full,

    /// <summary>The upper half of a float32: faster on processors that compute with it, and less accurate.</summary>
    [JsonStringEnumMemberName("bfloat16")]
    BFloat16,

    /// <summary>
    /// float32, whose products tensor cores compute from 10 bits of the mantissa (TF32): on NVIDIA GPUs from Ampere on; float32 on every other device.
    /// </summary>
    [JsonStringEnumMemberName("tf32")]
    Tf32,
}
