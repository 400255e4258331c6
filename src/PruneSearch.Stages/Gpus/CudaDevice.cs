namespace PruneSearch.Stages.Gpus;

/// <summary>Which GPU of the machine a device of CUDA is: <c>CUDA_VISIBLE_DEVICES</c> and the order of devices decide that.</summary>
internal static class CudaDevice
{
    private delegate int Initialise(uint flags);

    private delegate int Get(out int device, int ordinal);

    private delegate int Identifier(byte[] uuid, int device);

    /// <summary>The identifier of a device; <see langword="null"/> where there is no such device or no CUDA.</summary>
    /// <param name="index">0 for <c>cuda:0</c>.</param>
    /// <param name="library">CUDA's library.</param>
    public static Guid? Uuid(int index, DriverLibrary library)
    {
        byte[] uuid = new byte[16];
        var identify = library.Function<Identifier>("cuDeviceGetUuid_v2") ?? library.Function<Identifier>("cuDeviceGetUuid");
        return library.Function<Initialise>("cuInit") is { } initialise && library.Function<Get>("cuDeviceGet") is { } get && identify is not null
            && initialise(0) == 0 && get(out int device, index) == 0 && identify(uuid, device) == 0 ? new Guid(uuid, bigEndian: true) : null;
    }
}
