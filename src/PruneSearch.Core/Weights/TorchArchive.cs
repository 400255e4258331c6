using System.IO.Compression;
using PruneSearch.Core.Weights.PyTorch;

namespace PruneSearch.Core.Weights;

/// <summary>
/// Reads state dicts that <c>torch.save</c> wrote (PyTorch 1.6 and later): a zip archive with a pickle that describes the tensors
/// and an entry for each storage. A pickle is a program; this one is read by a machine that can make tensors, numbers and texts
/// and nothing else, so a file runs no code here. What is read never takes more than a small multiple of the file's length.
/// </summary>
public static class TorchArchive
{
    private const int MaxPickle = 4 << 20;

    // Where training programs keep the state dict among other things, in the order in which they are looked for.
    private static readonly string[] Places = ["model", "state_dict", "model_state_dict", "ema", "net"];

    /// <summary>Whether a file begins as such archives do.</summary>
    public static bool Knows(ReadOnlySpan<byte> content) => content.StartsWith("PK\u0003\u0004"u8);

    /// <summary>Reads all tensors of the state dict, as 32-bit floats.</summary>
    /// <param name="source">Where it comes from, for messages.</param>
    /// <exception cref="FormatException">It is damaged, no state dict, or names anything but tensors and numbers; the message says what and where.</exception>
    public static WeightSet Read(byte[] content, string source)
    {
        try
        {
            using var archive = new ZipArchive(new MemoryStream(content, writable: false), ZipArchiveMode.Read);
            var described = archive.Entries.Where(e => e.FullName == "data.pkl" || e.FullName.EndsWith("/data.pkl", StringComparison.Ordinal)).ToList();
            if (described.Count != 1)
            {
                throw new FormatException($"{source}: the archive has {described.Count} entries data.pkl, expected one, as torch.save writes it");
            }
            string folder = described[0].FullName[..^"data.pkl".Length];
            var entries = archive.Entries.Where(e => e.FullName.StartsWith(folder, StringComparison.Ordinal)).GroupBy(e => e.FullName[folder.Length..])
                .ToDictionary(g => g.Key, g => g.First(), StringComparer.Ordinal);
            if (entries.TryGetValue("byteorder", out var order) && !Bytes(order, source, MaxPickle).AsSpan().SequenceEqual("little"u8))
            {
                throw new FormatException($"{source}: the archive's byte order is not little-endian");
            }
            return Tensors(StateDict(PickleReader.Read(Bytes(described[0], source, MaxPickle), source), source), entries, content.Length, source);
        }
        catch (InvalidDataException e)
        {
            throw new FormatException(ErrorText.OneLine($"{source}: the archive is damaged or was cut short: {e.Message}"), e);
        }
    }

    private static List<(string Name, TorchTensor Tensor)> StateDict(object? root, string source)
    {
        if (root is PickleDictionary all)
        {
            var nested = Places.Select(p => all.Entries.FirstOrDefault(e => p.Equals(e.Key)).Value).OfType<PickleDictionary>();
            foreach (var candidate in nested.Prepend(all))
            {
                List<(string, TorchTensor)> tensors =
                    [.. candidate.Entries.Where(e => e is (string, TorchTensor)).Select(e => ((string)e.Key, (TorchTensor)e.Value!))];
                if (tensors.Count > 0)
                {
                    return tensors;
                }
            }
        }
        throw new FormatException($"{source}: there is no state dict in it, expected a mapping of names to tensors, by itself or as one of " +
            $"{string.Join(", ", Places)}");
    }

    private static WeightSet Tensors(List<(string Name, TorchTensor Tensor)> tensors, Dictionary<string, ZipArchiveEntry> entries, long fileLength,
        string source)
    {
        var weights = new WeightSet();
        var storages = new Dictionary<string, (TorchStorage Storage, float[] Values)>(StringComparer.Ordinal);
        long total = 0;
        foreach (var (name, tensor) in tensors)
        {
            string place = $"{source}: tensor '{ErrorText.OneLine(name)}'";
            long count = Count(tensor, place);
            total += count;
            if (total > fileLength)
            {
                throw new FormatException($"{place}: with it the tensors have more values than the file has bytes ({fileLength})");
            }
            if (!storages.TryGetValue(tensor.Storage.Key, out var known))
            {
                storages[tensor.Storage.Key] = known = (tensor.Storage, Storage(tensor.Storage, entries, place));
            }
            if (known.Storage != tensor.Storage)
            {
                throw new FormatException($"{place} reads its storage as {tensor.Storage.Count} numbers of type {tensor.Storage.Type}, another one as " +
                    $"{known.Storage.Count} of type {known.Storage.Type}");
            }
            if (!weights.TryAdd(name, new WeightTensor([.. tensor.Shape.Select(d => (int)d)], Gather(tensor, known.Values, count))))
            {
                throw new FormatException($"{place} stands twice");
            }
        }
        return weights;
    }

    private static long Count(TorchTensor tensor, string place)
    {
        if (tensor.Shape.Any(d => d > int.MaxValue) || tensor.Shape.Contains(0))
        {
            return tensor.Shape.Contains(0) ? 0 : throw new FormatException($"{place} has shape [{string.Join(", ", tensor.Shape)}], which no file can hold");
        }
        try
        {
            long last = checked(tensor.Offset + tensor.Shape.Zip(tensor.Strides).Sum(d => checked((d.First - 1) * d.Second)));
            long count = tensor.Shape.Aggregate(1L, (n, d) => checked(n * d));
            return tensor.Offset >= 0 && last < tensor.Storage.Count && count <= tensor.Storage.Count ? count
                : throw new FormatException($"{place} of shape [{string.Join(", ", tensor.Shape)}] does not fit its storage of {tensor.Storage.Count} numbers");
        }
        catch (OverflowException e)
        {
            throw new FormatException($"{place} has shape [{string.Join(", ", tensor.Shape)}], which no file can hold", e);
        }
    }

    private static float[] Storage(TorchStorage storage, Dictionary<string, ZipArchiveEntry> entries, string place)
    {
        if (!entries.TryGetValue("data/" + storage.Key, out var entry))
        {
            throw new FormatException($"{place}: the archive has no entry data/{ErrorText.OneLine(storage.Key)} with its numbers");
        }
        int size = NumberFormat.SizeOf(storage.Type);
        if (entry.Length != storage.Count * size)
        {
            throw new FormatException($"{place}: entry '{ErrorText.OneLine(entry.FullName)}' has {entry.Length} bytes, expected {storage.Count} " +
                $"numbers of {size}");
        }
        return NumberFormat.ToFloats(storage.Type, Bytes(entry, place, int.MaxValue));
    }

    // torch.save does not compress: an entry is as long in the file as it is read, and a small file cannot become a large one.
    private static byte[] Bytes(ZipArchiveEntry entry, string place, int most)
    {
        if (entry.CompressedLength != entry.Length || entry.Length > most)
        {
            throw new FormatException($"{place}: entry '{ErrorText.OneLine(entry.FullName)}' has {entry.Length} bytes, {entry.CompressedLength} of them in " +
                $"the file, expected it uncompressed with at most {most}");
        }
        byte[] bytes = new byte[entry.Length];
        using var stream = entry.Open();
        try
        {
            stream.ReadExactly(bytes);
        }
        catch (EndOfStreamException e)
        {
            throw new FormatException($"{place}: entry '{ErrorText.OneLine(entry.FullName)}' was cut short", e);
        }
        return bytes;
    }

    private static float[] Gather(TorchTensor tensor, float[] storage, long count)
    {
        float[] values = new float[count];
        long[] at = new long[tensor.Shape.Count];
        long from = tensor.Offset;
        for (long i = 0; i < count; i++)
        {
            values[i] = storage[from];
            for (int d = at.Length - 1; d >= 0; d--)
            {
                from += tensor.Strides[d];
                if (++at[d] < tensor.Shape[d])
                {
                    break;
                }
                from -= tensor.Strides[d] * tensor.Shape[d];
                at[d] = 0;
            }
        }
        return values;
    }
}
