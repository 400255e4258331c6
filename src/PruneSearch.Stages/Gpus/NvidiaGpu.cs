using System.Runtime.InteropServices;
using System.Text;
using PruneSearch.Detection.Devices;

namespace PruneSearch.Stages.Gpus;

/// <summary>
/// What the driver says of an NVIDIA GPU by its management library (NVML, https://docs.nvidia.com/deploy/nvml-api). A value that this GPU or this
/// driver does not tell is <see langword="null"/>: a slice of a GPU (MIG) tells its memory and little else.
/// </summary>
internal sealed class NvidiaGpu
{
    private const int Longest = 96;
    private readonly nint _device;
    private readonly Rates? _rates;
    private readonly Memory? _memory;
    private readonly Sensor? _temperature;
    private readonly Number? _power;

    private NvidiaGpu(DriverLibrary library, nint device, string id)
    {
        (_device, Id) = (device, id);
        _rates = library.Function<Rates>("nvmlDeviceGetUtilizationRates");
        _memory = library.Function<Memory>("nvmlDeviceGetMemoryInfo");
        _temperature = library.Function<Sensor>("nvmlDeviceGetTemperature");
        _power = library.Function<Number>("nvmlDeviceGetPowerUsage");
        byte[] model = new byte[Longest];
        Model = library.Function<Name>("nvmlDeviceGetName") is { } name && name(device, model, Longest) == 0
            ? Encoding.ASCII.GetString(model).Split('\0')[0] : null;
    }

    private delegate int Initialise();

    private delegate int ByUuid(byte[] uuid, out nint device);

    private delegate int Name(nint device, byte[] name, uint length);

    private delegate int Rates(nint device, out RatesInfo rates);

    private delegate int Memory(nint device, out MemoryInfo memory);

    private delegate int Sensor(nint device, int sensor, out uint celsius);

    private delegate int Number(nint device, out uint value);

    /// <summary>Its identifier, as the driver writes it: <c>GPU-…</c>, <c>MIG-…</c>.</summary>
    public string Id { get; }

    /// <summary>Its model.</summary>
    public string? Model { get; }

    /// <summary>Share of the last moment in which it computed, 0 to 1.</summary>
    public double? Utilization => _rates is not null && _rates(_device, out var rates) == 0 ? rates.Gpu / 100.0 : null;

    /// <summary>Bytes of its memory that are used, by whomever.</summary>
    public long? Used => Told is { } memory ? (long)memory.Used : null;

    /// <summary>Bytes of its memory.</summary>
    public long? Total => Told is { } memory ? (long)memory.Total : null;

    /// <summary>Temperature of the chip, in degrees Celsius.</summary>
    public double? Temperature => _temperature is not null && _temperature(_device, 0, out uint celsius) == 0 ? celsius : null;

    /// <summary>Power that it draws, in watts.</summary>
    public double? Power => _power is not null && _power(_device, out uint milliwatts) == 0 ? milliwatts / 1000.0 : null;

    private MemoryInfo? Told => _memory is not null && _memory(_device, out var memory) == 0 ? memory : null;

    /// <summary>The GPU that a device of CUDA is; <see langword="null"/> where there is none, or no driver that tells.</summary>
    /// <param name="index">0 for <c>cuda:0</c>.</param>
    /// <param name="cuda">Name of CUDA's library.</param>
    /// <param name="nvml">Name of the management library.</param>
    public static NvidiaGpu? Find(int index, string cuda, string nvml)
    {
        if (DriverLibrary.Load(cuda) is not { } driver || DriverLibrary.Load(nvml) is not { } library || CudaDevice.Uuid(index, driver) is not { } uuid
            || library.Function<Initialise>("nvmlInit_v2") is not { } initialise || library.Function<ByUuid>("nvmlDeviceGetHandleByUUID") is not { } find
            || initialise() != 0)
        {
            return null;
        }
        string[] names = [$"GPU-{uuid}", $"MIG-{uuid}"];
        foreach (string name in names)
        {
            if (find(Encoding.ASCII.GetBytes(name + '\0'), out nint device) == 0)
            {
                return new NvidiaGpu(library, device, name);
            }
        }
        return null;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct RatesInfo
    {
        public uint Gpu, Memory;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct MemoryInfo
    {
        public ulong Total, Free, Used;
    }
}
