using System.Runtime.Intrinsics.X86;
using TorchSharp;
using static TorchSharp.torch;

namespace PruneSearch.Detection.Training;

/// <summary>The number type of convolutions while training; weights, their updates and batch-norm statistics are float32 always.</summary>
public static class TrainingPrecision
{
    /// <summary>All values of the setting.</summary>
    public static readonly IReadOnlyList<string> Names = ["auto", "float32", "bfloat16"];

    /// <summary>Whether the processor multiplies bfloat16 numbers itself (AVX512_BF16 or AMX); without, they are slower than float32.</summary>
    public static bool ProcessorHasBFloat16 { get; } = HasBFloat16();

    /// <summary>The type that a setting stands for on a device.</summary>
    /// <param name="name"><c>float32</c>, <c>bfloat16</c>, or <c>auto</c>: bfloat16 on a CPU that has it, else float32.</param>
    /// <param name="device">Where training runs.</param>
    /// <exception cref="ArgumentException">Another name.</exception>
    public static ScalarType Resolve(string name, Device device) => name switch
    {
        "float32" => ScalarType.Float32,
        "bfloat16" => ScalarType.BFloat16,
        "auto" => device.type == DeviceType.CPU && ProcessorHasBFloat16 ? ScalarType.BFloat16 : ScalarType.Float32,
        _ => throw new ArgumentException($"Unknown precision '{name}'; known are {string.Join(", ", Names)}."),
    };

    private static bool HasBFloat16()
    {
        const int ExtendedFeatures = 7;
        if (!X86Base.IsSupported || X86Base.CpuId(0, 0).Eax < ExtendedFeatures || !Avx512F.IsSupported)
        {
            return false;
        }
        bool avx512 = X86Base.CpuId(ExtendedFeatures, 0).Eax >= 1 && (X86Base.CpuId(ExtendedFeatures, 1).Eax & (1 << 5)) != 0;
        bool amx = (X86Base.CpuId(ExtendedFeatures, 0).Edx & (1 << 22)) != 0;
        return avx512 || amx;
    }
}
