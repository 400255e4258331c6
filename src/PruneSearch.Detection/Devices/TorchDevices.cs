using PruneSearch.Core;
using TorchSharp;

namespace PruneSearch.Detection.Devices;

/// <summary>Chooses the device of a slot.</summary>
public static class TorchDevices
{
    /// <summary>The device called <paramref name="name"/>: <c>cpu</c>, <c>cuda</c>, <c>cuda:1</c>, or <c>auto</c> (a GPU if there is one).</summary>
    /// <exception cref="ArgumentException">The name is not of that form, or there is no such device on this machine.</exception>
    /// <remarks>
    /// From then on a GPU computes with float32 in float32 (libtorch lets its convolutions round), and on Linux the same bits each time.
    /// </remarks>
    public static torch.Device Select(string name)
    {
        AllowTf32(false);
        var device = Select(name, CudaDevices());
        if (device.type == DeviceType.CUDA)
        {
            DeterministicAlgorithms.Use(true);
        }
        return device;
    }

    /// <summary>As <see cref="Select(string)"/>, on a machine with a given number of CUDA devices.</summary>
    public static torch.Device Select(string name, int cudaDevices)
    {
        if (name == "auto")
        {
            return Select(cudaDevices > 0 ? "cuda" : "cpu", cudaDevices);
        }
        if (name == "cpu")
        {
            return torch.CPU;
        }
        string[] parts = name.Split(':');
        int? index = parts.Length == 1 ? 0 : PlainNumber.ParseWhole(parts[1]);
        if (parts[0] != "cuda" || parts.Length > 2 || index is null or < 0)
        {
            throw new ArgumentException($"Unknown device '{name}', expected cpu, cuda, cuda:N or auto.");
        }
        return index < cudaDevices ? new torch.Device(DeviceType.CUDA, index.Value)
            : throw new ArgumentException($"Device '{name}' is not there: this machine and libtorch build offer {cudaDevices} CUDA device(s).");
    }

    /// <summary>Whether this process lets its GPU compute products of float32 numbers in TF32 from now on.</summary>
    public static void AllowTf32(bool allowed) => (torch.backends.cuda.matmul.allow_tf32, torch.backends.cudnn.allow_tf32) = (allowed, allowed);

    private static int CudaDevices() => torch.cuda.is_available() ? torch.cuda.device_count() : 0;
}
