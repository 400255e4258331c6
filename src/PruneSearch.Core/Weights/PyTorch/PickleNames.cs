namespace PruneSearch.Core.Weights.PyTorch;

/// <summary>The classes and functions that pickles of state dicts name, and what this program makes of each.</summary>
internal static class PickleNames
{
    private static readonly Dictionary<string, string> Storages = new(StringComparer.Ordinal)
    {
        ["torch.FloatStorage"] = "F32",
        ["torch.DoubleStorage"] = "F64",
        ["torch.HalfStorage"] = "F16",
        ["torch.BFloat16Storage"] = "BF16",
        ["torch.LongStorage"] = "I64",
        ["torch.IntStorage"] = "I32",
        ["torch.ShortStorage"] = "I16",
        ["torch.CharStorage"] = "I8",
        ["torch.ByteStorage"] = "U8",
        ["torch.BoolStorage"] = "BOOL",
    };

    // Numbers that training scripts keep beside weights; they are not read.
    private static readonly HashSet<string> Unread = new(StringComparer.Ordinal)
    {
        "numpy.core.multiarray.scalar", "numpy._core.multiarray.scalar", "numpy.dtype", "_codecs.encode", "torch.device",
    };

    private const string Mapping = "collections.OrderedDict", Tensor = "torch._utils._rebuild_tensor", TensorWithHooks = "torch._utils._rebuild_tensor_v2",
        Parameter = "torch._utils._rebuild_parameter", Size = "torch.Size";

    /// <summary>Whether a pickle may name this.</summary>
    public static bool Allows(PickleGlobal global) =>
        global.ToString() is Mapping or Tensor or TensorWithHooks or Parameter or Size || Storages.ContainsKey(global.ToString())
        || Unread.Contains(global.ToString());

    /// <summary>What a call stands for; <see langword="null"/> when the arguments are not those of such calls.</summary>
    public static object? Make(PickleGlobal global, object?[] arguments) => (global.ToString(), arguments) switch
    {
        (Mapping, []) => new PickleDictionary(),
        (Tensor or TensorWithHooks, [TorchStorage storage, long offset, object?[] shape, object?[] strides, ..]) when Sizes(shape) is { } sizes
            && Sizes(strides) is { } steps && steps.Count == sizes.Count =>
            new TorchTensor(storage, offset, sizes, steps),
        (Parameter, [TorchTensor tensor, ..]) => tensor,
        (Size, [object?[] sizes]) => sizes,
        (var name, _) when Unread.Contains(name) => PickleUnread.Value,
        _ => null,
    };

    /// <summary>The storage that a persistent reference means: ("storage", class, key, device, count).</summary>
    public static TorchStorage? Storage(object? reference) =>
        reference is object?[] and ["storage", PickleGlobal type, string key, _, long and >= 0 and var count, ..]
        && Storages.TryGetValue(type.ToString(), out string? numbers)
            ? new TorchStorage(numbers, key, count) : null;

    private static List<long>? Sizes(object?[] values) => values.All(v => v is long and >= 0) ? [.. values.Cast<long>()] : null;
}
