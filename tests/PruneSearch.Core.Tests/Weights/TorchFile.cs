using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using PruneSearch.Core.Weights;

namespace PruneSearch.Tests.Core.Weights;

/// <summary>Writes archives as <c>torch.save</c> does, well-formed and otherwise.</summary>
internal sealed class TorchFile
{
    private readonly List<byte> _pickle = [0x80, 2];
    private readonly Dictionary<string, byte[]> _entries = [];

    public CompressionLevel Compression { get; init; } = CompressionLevel.NoCompression;

    /// <summary>Bytes of tensor data that a storage claims beyond those that it has.</summary>
    public long Claimed { get; init; }

    /// <summary>A state dict with these tensors.</summary>
    public static byte[] Of(WeightSet weights, string? place = null) => new TorchFile().Dictionary(weights, place).Bytes();

    /// <summary>Appends a mapping of names to tensors, within another mapping where a place is named.</summary>
    public TorchFile Dictionary(WeightSet weights, string? place = null)
    {
        if (place is not null)
        {
            Code("}").Code("(").Text("epoch").Code("K", 7).Text("best").Global("numpy.core.multiarray", "scalar")
                .Global("numpy", "dtype").Text("f8").Code("\u0085R").Code("U", 2, 65, 66).Code("\u0086R").Text(place);
        }
        Global("collections", "OrderedDict").Code(")R").Code("(");
        foreach (var (name, tensor) in weights)
        {
            Text(name).Tensor(tensor);
        }
        Code("u");
        Code("}").Text("_metadata").Code("}").Code("s").Code("b");
        return place is null ? this : Code("u");
    }

    /// <summary>Appends a tensor; its numbers become an entry.</summary>
    public TorchFile Tensor(WeightTensor tensor, IReadOnlyList<int>? strides = null, string type = "FloatStorage")
    {
        string key = $"{_entries.Count}";
        byte[] raw = new byte[tensor.Values.Length * sizeof(float)];
        Buffer.BlockCopy(tensor.Values, 0, raw, 0, raw.Length);
        _entries["data/" + key] = raw;
        int[] steps = [.. strides ?? [.. tensor.Shape.Select((_, d) => tensor.Shape.Skip(d + 1).Aggregate(1, (n, s) => n * s))]];
        Global("torch._utils", "_rebuild_tensor_v2").Code("((").Text("storage").Global("torch", type)
            .Text(key).Text("cpu").Number(tensor.Values.Length + Claimed).Code("tQ").Code("K", 0);
        Code("(").Numbers(tensor.Shape).Code("t(").Numbers(steps).Code("t").Code("\u0089");
        return Global("collections", "OrderedDict").Code(")R").Code("tR");
    }

    public TorchFile Global(string module, string name) => Code($"c{module}\n{name}\n");

    public TorchFile Text(string text)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(text), length = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(length, utf8.Length);
        return Code("X", [.. length, .. utf8]);
    }

    public TorchFile Number(long value)
    {
        byte[] bytes = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, value);
        return Code("\u008a", [8, .. bytes]);
    }

    /// <summary>Appends instructions, one a character, and the operand of the last.</summary>
    public TorchFile Code(string instructions, params byte[] operand)
    {
        _pickle.AddRange(instructions.Select(c => (byte)c));
        _pickle.AddRange(operand);
        return this;
    }

    /// <summary>The file.</summary>
    public byte[] Bytes(string byteOrder = "little")
    {
        using var stream = new MemoryStream();
        using (var archive = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, bytes) in _entries.Append(new("data.pkl", [.. _pickle, (byte)'.'])).Append(
                new("byteorder", Encoding.ASCII.GetBytes(byteOrder))))
            {
                using var entry = archive.CreateEntry("archive/" + name, Compression).Open();
                entry.Write(bytes);
            }
        }
        return stream.ToArray();
    }

    private TorchFile Numbers(IEnumerable<int> values) => values.Aggregate(this, (file, value) => file.Number(value));
}
