using PruneSearch.Core.Stages;
using PruneSearch.Detection.Devices;
using TorchSharp;
using static TorchSharp.torch;

namespace PruneSearch.Detection.Training;

/// <summary>The number type of convolutions while training; weights, their updates and batch-norm statistics are float32 always.</summary>
public static class TrainingPrecision
{
    /// <summary>
    /// What a setting stands for on a device: the same on every processor. A GPU that computes with neither bfloat16 nor TF32 trains in float32, and so does a
    /// processor that is asked for TF32.
    /// </summary>
    public static Precision Resolve(Precision precision, Device device)
    {
        ArgumentNullException.ThrowIfNull(device);
        return Resolve(precision, device.type,
            precision is Precision.BFloat16 or Precision.Tf32 && device.type == DeviceType.CUDA && HasShortFloats(device.index));
    }

    /// <summary>As <see cref="Resolve(Precision, Device)"/>, for a GPU that has these numbers or has not.</summary>
    internal static Precision Resolve(Precision precision, DeviceType device, bool gpuHasThem) => precision switch
    {
        Precision.BFloat16 when device == DeviceType.CPU || gpuHasThem => Precision.BFloat16,
        Precision.Tf32 when gpuHasThem => Precision.Tf32,
        _ => Precision.Full,
    };

    /// <summary>The type that tensors have at a precision.</summary>
    public static ScalarType TypeOf(Precision resolved) => resolved == Precision.BFloat16 ? ScalarType.BFloat16 : ScalarType.Float32;

    private static bool HasShortFloats(int index) => CudaDevice.HasShortFloats(index, DriverLibrary.Load(CudaDevice.Library));
}
