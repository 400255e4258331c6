using System.Runtime.InteropServices;

namespace PruneSearch.Detection.Devices;

/// <summary>A library of the driver, which is there or not, and has this function or not: the driver is as old as the machine.</summary>
public sealed class DriverLibrary
{
    private readonly nint _handle;

    private DriverLibrary(nint handle) => _handle = handle;

    /// <summary>Loads it, for the rest of the process; <see langword="null"/> where there is none.</summary>
    public static DriverLibrary? Load(string name) => NativeLibrary.TryLoad(name, out nint handle) ? new DriverLibrary(handle) : null;

    /// <summary>A function of it; <see langword="null"/> when it has none of that name.</summary>
    public T? Function<T>(string name)
        where T : Delegate =>
        NativeLibrary.TryGetExport(_handle, name, out nint address) ? Marshal.GetDelegateForFunctionPointer<T>(address) : null;
}
