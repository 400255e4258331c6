namespace PruneSearch.Core.Weights.PyTorch;

/// <summary>A class or function that a pickle names. It is a name and stays one: nothing is looked up or called.</summary>
internal sealed record PickleGlobal(string Module, string Name)
{
    public override string ToString() => $"{Module}.{Name}";
}

/// <summary>A mapping in the order of the file; keys are text or whole numbers.</summary>
internal sealed class PickleDictionary
{
    public List<(object Key, object? Value)> Entries { get; } = [];
}

/// <summary>A value that a file of weights may hold beside them (the best score so far, for example) and that is not read.</summary>
internal sealed class PickleUnread
{
    /// <summary>All of them are alike.</summary>
    public static PickleUnread Value { get; } = new();
}

/// <summary>The bytes of tensors, in an entry of the archive of their own.</summary>
/// <param name="Type">Type of the numbers, as safetensors calls it: F32, I64 and so on.</param>
/// <param name="Key">Name of the entry below <c>data/</c>.</param>
/// <param name="Count">Numbers.</param>
internal sealed record TorchStorage(string Type, string Key, long Count);

/// <summary>A view of a storage: number [i, j, …] is at Offset + i · Strides[0] + j · Strides[1] + ….</summary>
internal sealed record TorchTensor(TorchStorage Storage, long Offset, IReadOnlyList<long> Shape, IReadOnlyList<long> Strides);
