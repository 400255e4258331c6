using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Json;
using PruneSearch.Core.Files;

namespace PruneSearch.Core.Weights;

/// <summary>
/// Reads and writes the safetensors format: eight bytes of header length (little-endian), a JSON header that gives each
/// tensor's type, shape and byte range, then the data without holes. Reads F32, F16, BF16, F64 and whole numbers (counters of
/// batch norms, for example) as 32-bit floats; writes F32.
/// Specification: github.com/huggingface/safetensors, README "Format".
/// </summary>
public static class Safetensors
{
    private const int MaxHeader = 100_000_000;
    private const int MaxName = 512;
    private const string MetadataKey = "__metadata__";

    /// <summary>Reads a whole file.</summary>
    /// <exception cref="FormatException">The file is damaged or not of this format; the message names the tensor or field.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static WeightSet Read(string path)
    {
        using var stream = RegularFile.OpenRead(path);
        return Read(stream, path);
    }

    /// <summary>Reads a seekable stream from its position to its end.</summary>
    /// <param name="source">Where it comes from, for messages.</param>
    /// <exception cref="FormatException">The data is damaged or not of this format.</exception>
    public static WeightSet Read(Stream stream, string source)
    {
        var (header, data) = ReadHeader(stream, source);
        using (header)
        {
            if (header.RootElement.ValueKind != JsonValueKind.Object)
            {
                throw new FormatException($"{source}: the safetensors header is no JSON object");
            }
            List<Entry> tensors;
            try
            {
                tensors = [.. header.RootElement.EnumerateObject().Where(p => p.Name != MetadataKey).Select(p => Entry.Parse(p, source)).OrderBy(e => e.Begin)];
            }
            catch (InvalidOperationException e) // a name that is no valid UTF-8 or UTF-16
            {
                throw new FormatException(ErrorText.OneLine($"{source}: the safetensors header is no valid text: {e.Message}"), e);
            }
            return ReadTensors(stream, source, tensors, data);
        }
    }

    /// <summary>Reads the free-text metadata of a file, without its tensors.</summary>
    /// <exception cref="FormatException">The file is damaged or not of this format.</exception>
    public static IReadOnlyDictionary<string, string> ReadMetadata(Stream stream, string source)
    {
        var (header, _) = ReadHeader(stream, source);
        using (header)
        {
            return header.RootElement.ValueKind == JsonValueKind.Object && header.RootElement.TryGetProperty(MetadataKey, out var metadata)
                && metadata.ValueKind == JsonValueKind.Object
                ? metadata.EnumerateObject().ToDictionary(p => p.Name, p => p.Value.ToString()) : new Dictionary<string, string>();
        }
    }

    /// <summary>Writes tensors as F32. Equal input gives equal bytes.</summary>
    public static void Write(Stream stream, WeightSet weights, IReadOnlyDictionary<string, string>? metadata = null)
    {
        byte[] header = Header(weights, metadata);
        Span<byte> length = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, header.Length);
        stream.Write(length);
        stream.Write(header);
        foreach (var tensor in weights.Values)
        {
            if (BitConverter.IsLittleEndian)
            {
                stream.Write(MemoryMarshal.AsBytes(tensor.Values.AsSpan()));
                continue;
            }
            byte[] swapped = new byte[tensor.Values.Length * 4L];
            for (int i = 0; i < tensor.Values.Length; i++)
            {
                BinaryPrimitives.WriteSingleLittleEndian(swapped.AsSpan(i * 4), tensor.Values[i]);
            }
            stream.Write(swapped);
        }
    }

    private static byte[] Header(WeightSet weights, IReadOnlyDictionary<string, string>? metadata)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            if (metadata is { Count: > 0 })
            {
                json.WriteStartObject(MetadataKey);
                foreach (var (key, value) in metadata.OrderBy(m => m.Key, StringComparer.Ordinal))
                {
                    json.WriteString(key, value);
                }
                json.WriteEndObject();
            }
            long offset = 0;
            foreach (var (name, tensor) in weights)
            {
                json.WriteStartObject(name);
                json.WriteString("dtype", "F32");
                json.WriteStartArray("shape");
                foreach (int dimension in tensor.Shape)
                {
                    json.WriteNumberValue(dimension);
                }
                json.WriteEndArray();
                json.WriteStartArray("data_offsets");
                json.WriteNumberValue(offset);
                json.WriteNumberValue(offset += tensor.Values.Length * 4L);
                json.WriteEndArray();
                json.WriteEndObject();
            }
            json.WriteEndObject();
        }
        while (buffer.Length % 8 != 0)
        {
            buffer.WriteByte((byte)' '); // keeps the data aligned for readers that map the file
        }
        return buffer.ToArray();
    }

    private static (JsonDocument Header, long Data) ReadHeader(Stream stream, string source)
    {
        long start = stream.Position, available = stream.Length - start;
        if (available < 8)
        {
            throw new FormatException($"{source}: {available} bytes are too few for a safetensors file");
        }
        Span<byte> prefix = stackalloc byte[8];
        stream.ReadExactly(prefix);
        long length = BinaryPrimitives.ReadInt64LittleEndian(prefix);
        if (length is < 2 or > MaxHeader || length > available - 8)
        {
            throw new FormatException($"{source}: header length {length} does not fit a safetensors file of {available} bytes");
        }
        byte[] header = new byte[length];
        stream.ReadExactly(header);
        try
        {
            return (JsonDocument.Parse(header), available - 8 - length);
        }
        catch (JsonException e)
        {
            throw new FormatException(ErrorText.OneLine($"{source}: the safetensors header is no JSON: {e.Message}"), e);
        }
    }

    private static WeightSet ReadTensors(Stream stream, string source, List<Entry> entries, long available)
    {
        var weights = new WeightSet();
        long position = 0;
        foreach (var entry in entries)
        {
            if (entry.Begin != position || entry.End > available)
            {
                string why = entry.Begin != position ? $"begins at byte {entry.Begin}, expected {position}"
                    : $"ends at byte {entry.End}, but the file has only {available} bytes of data: it was cut short or damaged";
                throw new FormatException($"{source}: tensor '{entry.Name}' {why}");
            }
            byte[] raw = new byte[entry.End - entry.Begin];
            stream.ReadExactly(raw);
            if (!weights.TryAdd(entry.Name, new WeightTensor(entry.Shape, NumberFormat.ToFloats(entry.Type, raw))))
            {
                throw new FormatException($"{source}: tensor '{entry.Name}' stands twice");
            }
            position = entry.End;
        }
        return position == available ? weights
            : throw new FormatException($"{source}: {available - position} bytes of data belong to no tensor");
    }

    private sealed record Entry(string Name, string Type, int[] Shape, long Begin, long End)
    {
        public static Entry Parse(JsonProperty property, string source)
        {
            if (property.Name.Length > MaxName || property.Name.Any(char.IsControl))
            {
                throw new FormatException($"{source}: a tensor has a name of {property.Name.Length} characters with control characters or of unreasonable " +
                    $"length, expected at most {MaxName} printable ones");
            }
            try
            {
                var value = property.Value;
                string type = value.GetProperty("dtype").GetString() ?? "";
                int[] shape = [.. value.GetProperty("shape").EnumerateArray().Select(d => d.GetInt32())];
                long[] offsets = [.. value.GetProperty("data_offsets").EnumerateArray().Select(o => o.GetInt64())];
                int size = NumberFormat.SizeOf(type) is > 0 and var known ? known
                    : throw new FormatException($"{source}: tensor '{property.Name}' has type " +
                        $"'{(type.Length > 8 || type.Any(char.IsControl) ? "…" : type)}', expected {NumberFormat.Names}");
                if (offsets.Length != 2 || shape.Any(d => d < 0))
                {
                    throw new FormatException($"{source}: tensor '{property.Name}' has no valid shape and byte range");
                }
                long bytes = shape.Aggregate((long)size, (n, d) => checked(n * d));
                return bytes == offsets[1] - offsets[0] && offsets[0] >= 0 && bytes / size <= Array.MaxLength
                    ? new Entry(property.Name, type, shape, offsets[0], offsets[1])
                    : throw new FormatException($"{source}: tensor '{property.Name}' of {bytes} bytes does not fit its byte range {offsets[0]} " +
                        $"to {offsets[1]}");
            }
            catch (Exception e) when (e is InvalidOperationException or KeyNotFoundException or OverflowException)
            {
                throw new FormatException(ErrorText.OneLine($"{source}: tensor '{property.Name}' has a damaged header entry: {e.Message}"), e);
            }
        }
    }
}
