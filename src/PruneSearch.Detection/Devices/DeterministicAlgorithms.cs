using System.Runtime.InteropServices;

namespace PruneSearch.Detection.Devices;

/// <summary>
/// Has libtorch compute on a GPU by algorithms that give the same bits each time (https://pytorch.org/docs/stable/notes/randomness.html), so that training
/// that is stopped and goes on ends where training that was not stopped does. TorchSharp has no call for it: these are functions of libtorch's own
/// <c>at::Context</c>.
/// </summary>
public static class DeterministicAlgorithms
{
    // The C++ names as GCC's ABI writes them, as libtorch for Linux exports them.
    private const string Library = "libtorch_cpu.so", Context = "_ZN2at13globalContextEv", CuDnn = "_ZN2at7Context21setDeterministicCuDNNEb",
        All = "_ZN2at7Context26setDeterministicAlgorithmsEbb", Fill = "_ZN2at7Context39setDeterministicFillUninitializedMemoryEb";

    private delegate nint GlobalContext();

    private delegate void Set(nint context, [MarshalAs(UnmanagedType.U1)] bool value);

    private delegate void SetAll(nint context, [MarshalAs(UnmanagedType.U1)] bool value, [MarshalAs(UnmanagedType.U1)] bool onlyWarn);

    /// <summary>
    /// Turns it on or off for the process, once torch is loaded. Where an operation has no such algorithm, libtorch warns on the standard error stream.
    /// </summary>
    /// <returns>False where libtorch has no such functions: it is not the one for Linux.</returns>
    public static bool Use(bool use)
    {
        if (!OperatingSystem.IsLinux() || DriverLibrary.Load(Library) is not { } torch
            || torch.Function<GlobalContext>(Context) is not { } context || torch.Function<Set>(CuDnn) is not { } cuDnn
            || torch.Function<SetAll>(All) is not { } all || torch.Function<Set>(Fill) is not { } fill)
        {
            return false;
        }
        cuDnn(context(), use);
        all(context(), use, true);
        fill(context(), false); // memory that is written before it is read need not be filled
        return true;
    }
}
