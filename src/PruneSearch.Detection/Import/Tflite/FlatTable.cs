using System.Buffers.Binary;
using System.Text;
using PruneSearch.Core;

namespace PruneSearch.Detection.Import.Tflite;

/// <summary>
/// A table of a FlatBuffer (flatbuffers.dev/internals). Every read is checked against the bounds of the file, and all
/// vectors together may not be larger than a small multiple of it: a damaged file can refer to one vector many times.
/// </summary>
internal readonly struct FlatTable
{
    private const int MaxText = 512;

    private readonly Buffer _buffer;
    private readonly int _at, _vtable, _vtableLength;

    private FlatTable(Buffer buffer, int at)
    {
        _buffer = buffer;
        _at = at;
        _vtable = buffer.Checked((long)at - buffer.Int32(at), 4);
        _vtableLength = buffer.UInt16(_vtable);
        buffer.Checked(_vtable, Math.Max(_vtableLength, 4));
    }

    /// <summary>The outermost table of a file.</summary>
    /// <exception cref="FormatException">The file is damaged; so it is for all other members.</exception>
    public static FlatTable Root(byte[] data, string source)
    {
        var buffer = new Buffer(data, source);
        return new FlatTable(buffer, buffer.Follow(0));
    }

    /// <summary>A number; <paramref name="missing"/> where the field is left out.</summary>
    public int Int32(int field, int missing = 0) => Find(field, 4) is int at ? _buffer.Int32(at) : missing;

    /// <summary>A small number; 0 where the field is left out.</summary>
    public int Byte(int field) => Find(field, 1) is int at ? _buffer.Data[at] : 0;

    /// <summary>A text for messages: its first characters, on one line; empty where the field is left out.</summary>
    public string Text(int field)
    {
        var (at, count) = Vector(field, 1);
        return ErrorText.OneLine(Encoding.UTF8.GetString(_buffer.Data, at, Math.Min(count, MaxText)));
    }

    /// <summary>A table; <see langword="null"/> where the field is left out.</summary>
    public FlatTable? Table(int field) => Find(field, 4) is int at ? new FlatTable(_buffer, _buffer.Follow(at)) : null;

    /// <summary>A vector of tables; empty where the field is left out.</summary>
    public FlatTable[] Tables(int field)
    {
        var (at, count) = Vector(field, 4);
        var tables = new FlatTable[count];
        for (int i = 0; i < count; i++)
        {
            tables[i] = new FlatTable(_buffer, _buffer.Follow(at + 4 * i));
        }
        return tables;
    }

    /// <summary>A vector of numbers; empty where the field is left out.</summary>
    public int[] Int32s(int field)
    {
        var (at, count) = Vector(field, 4);
        int[] values = new int[count];
        for (int i = 0; i < count; i++)
        {
            values[i] = _buffer.Int32(at + 4 * i);
        }
        return values;
    }

    /// <summary>A vector of long numbers; empty where the field is left out.</summary>
    public long[] Int64s(int field)
    {
        var (at, count) = Vector(field, 8);
        long[] values = new long[count];
        for (int i = 0; i < count; i++)
        {
            values[i] = BinaryPrimitives.ReadInt64LittleEndian(_buffer.Data.AsSpan(at + 8 * i));
        }
        return values;
    }

    /// <summary>A vector of 32-bit floats; empty where the field is left out.</summary>
    public float[] Singles(int field) => Array.ConvertAll(Int32s(field), BitConverter.Int32BitsToSingle);

    /// <summary>Bytes, not copied; empty where the field is left out.</summary>
    public ReadOnlyMemory<byte> Bytes(int field)
    {
        var (at, count) = Vector(field, 1);
        return _buffer.Data.AsMemory(at, count);
    }

    private (int At, int Count) Vector(int field, int elementSize)
    {
        if (Find(field, 4) is not int at)
        {
            return (0, 0);
        }
        int start = _buffer.Follow(at), count = _buffer.Int32(start);
        _buffer.Take(count, elementSize, start + 4);
        return (start + 4, count);
    }

    private int? Find(int field, int size)
    {
        int entry = 4 + 2 * field;
        int offset = entry + 2 <= _vtableLength ? _buffer.UInt16(_vtable + entry) : 0;
        return offset == 0 ? null : _buffer.Checked((long)_at + offset, size);
    }

    private sealed class Buffer(byte[] data, string source)
    {
        private const int Multiple = 4, Slack = 1 << 16;
        private long _left = (long)data.Length * Multiple + Slack;

        public byte[] Data => data;

        public int Int32(int at) => BinaryPrimitives.ReadInt32LittleEndian(data.AsSpan(Checked(at, 4)));

        public int UInt16(int at) => BinaryPrimitives.ReadUInt16LittleEndian(data.AsSpan(Checked(at, 2)));

        // Offsets are relative to where they stand and point forwards.
        public int Follow(int at) => Checked((long)at + (uint)Int32(at), 4);

        public int Checked(long at, int size) => at >= 0 && at <= data.Length - size ? (int)at
            : throw new FormatException($"{source}: an offset points to byte {at}, but the file has {data.Length}: it was cut short or damaged");

        public void Take(int count, int elementSize, int at)
        {
            if (count < 0 || (long)count * elementSize > data.Length - at)
            {
                throw new FormatException($"{source}: a vector of {(uint)count} elements at byte {at} does not fit the {data.Length} bytes of the file: it " +
                    "was cut short or damaged");
            }
            _left -= (long)count * elementSize;
            if (_left < 0)
            {
                throw new FormatException($"{source}: its vectors are together larger than the file: it is damaged");
            }
        }
    }
}
