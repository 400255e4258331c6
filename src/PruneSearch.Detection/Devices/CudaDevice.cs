namespace PruneSearch.Detection.Devices;

/// <summary>
/// What CUDA's driver says of a device (https://docs.nvidia.com/cuda/cuda-driver-api). <c>CUDA_VISIBLE_DEVICES</c> and the order of devices decide
/// which GPU of the machine it is.
/// </summary>
public static class CudaDevice
{
    private const int ComputeCapabilityMajor = 75, Ampere = 8;

    private delegate int Initialise(uint flags);

    private delegate int Get(out int device, int ordinal);

    private delegate int Identifier(byte[] uuid, int device);

    private delegate int Attribute(out int value, int attribute, int device);

    /// <summary>Name of CUDA's library on this system.</summary>
    public static string Library { get; } = OperatingSystem.IsWindows() ? "nvcuda.dll" : "libcuda.so.1";

    /// <summary>Whether the driver knows a device; nothing of torch is loaded for it.</summary>
    public static bool IsThere => DriverLibrary.Load(Library) is { } driver && Find(0, driver) is not null;

    /// <summary>The identifier of a device; <see langword="null"/> where there is no such device or no CUDA.</summary>
    /// <param name="index">0 for <c>cuda:0</c>.</param>
    /// <param name="library">CUDA's library.</param>
    public static Guid? Uuid(int index, DriverLibrary library)
    {
        ArgumentNullException.ThrowIfNull(library);
        byte[] uuid = new byte[16];
        var identify = library.Function<Identifier>("cuDeviceGetUuid_v2") ?? library.Function<Identifier>("cuDeviceGetUuid");
        return identify is not null && Find(index, library) is { } device && identify(uuid, device) == 0 ? new Guid(uuid, bigEndian: true) : null;
    }

    /// <summary>
    /// True where its tensor cores multiply bfloat16 and TF32 numbers: from compute capability 8 (Ampere) on. False where there is no such device.
    /// </summary>
    /// <param name="index">0 for <c>cuda:0</c>.</param>
    /// <param name="library">CUDA's library; <see langword="null"/> where there is none.</param>
    public static bool HasShortFloats(int index, DriverLibrary? library) =>
        library?.Function<Attribute>("cuDeviceGetAttribute") is { } tell && Find(index, library) is { } device
        && tell(out int major, ComputeCapabilityMajor, device) == 0 && major >= Ampere;

    private static int? Find(int index, DriverLibrary library) =>
        library.Function<Initialise>("cuInit") is { } initialise && library.Function<Get>("cuDeviceGet") is { } get
        && initialise(0) == 0 && get(out int device, index) == 0 ? device : null;
}
