using System.Runtime.Intrinsics.X86;
using PruneSearch.Core.Stages;
using TorchSharp;

namespace PruneSearch.Detection.Training;

/// <summary>The number type of convolutions while training; weights, their updates and batch-norm statistics are float32 always.</summary>
public static class TrainingPrecision
{
    /// <summary>Whether the processor multiplies bfloat16 numbers itself (AVX512_BF16 or AMX); without, they are slower than float32.</summary>
    public static bool ProcessorHasBFloat16 { get; } = HasBFloat16();

    /// <summary>The type that a setting stands for on a device.</summary>
    /// <param name="precision">The setting.</param>
    /// <param name="device">Where training runs.</param>
    public static ScalarType Resolve(Precision precision, Device device) => precision switch
    {
        Precision.Full => ScalarType.Float32,
        Precision.BFloat16 => ScalarType.BFloat16,
        _ => device.type == DeviceType.CPU && ProcessorHasBFloat16 ? ScalarType.BFloat16 : ScalarType.Float32,
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
