using System.Text.Json.Serialization;

namespace PruneSearch.Core.Stages;

/// <summary>The number type that convolutions are trained with.</summary>
public enum Precision
{
    /// <summary>bfloat16 where the processor computes with it, float32 elsewhere.</summary>
    Auto,

    /// <summary>IEEE single precision.</summary>
    [JsonStringEnumMemberName("float32")]
    Full,

    /// <summary>The upper half of a float32.</summary>
    [JsonStringEnumMemberName("bfloat16")]
    BFloat16,
}
