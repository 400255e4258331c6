using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace PruneSearch.Core.Weights;

/// <summary>Number types of stored tensors, by the names that safetensors gives them, and their conversion to 32-bit floats.</summary>
public static class NumberFormat
{
    /// <summary>Names of all known types, for messages.</summary>
    public const string Names = "F32, F16, BF16, F64, I8, I16, I32, I64, U8 or BOOL";

    /// <summary>Bytes of a number; 0 for an unknown type.</summary>
    public static int SizeOf(string type) => type switch
    {
        "F32" or "I32" => 4,
        "F16" or "BF16" or "I16" => 2,
        "F64" or "I64" => 8,
        "I8" or "U8" or "BOOL" => 1,
        _ => 0,
    };

    /// <summary>Converts little-endian numbers of a type to float32.</summary>
    /// <param name="type">A known type.</param>
    /// <param name="raw">Whole numbers of that type.</param>
    public static float[] ToFloats(string type, ReadOnlySpan<byte> raw)
    {
        if (type == "F32" && BitConverter.IsLittleEndian)
        {
            return MemoryMarshal.Cast<byte, float>(raw).ToArray();
        }
        int size = SizeOf(type);
        float[] values = new float[raw.Length / size];
        for (int i = 0; i < values.Length; i++)
        {
            var at = raw.Slice(i * size, size);
            values[i] = type switch
            {
                "F32" => BinaryPrimitives.ReadSingleLittleEndian(at),
                "F64" => (float)BinaryPrimitives.ReadDoubleLittleEndian(at),
                "F16" => (float)BinaryPrimitives.ReadHalfLittleEndian(at),
                "I64" => BinaryPrimitives.ReadInt64LittleEndian(at),
                "I32" => BinaryPrimitives.ReadInt32LittleEndian(at),
                "I16" => BinaryPrimitives.ReadInt16LittleEndian(at),
                "I8" => (sbyte)at[0],
                "U8" or "BOOL" => at[0],
                _ => BitConverter.Int32BitsToSingle(BinaryPrimitives.ReadUInt16LittleEndian(at) << 16),
            };
        }
        return values;
    }
}
