using PruneSearch.Core.Weights;

namespace PruneSearch.Detection.Import.Tflite;

/// <summary>A tensor of a TensorFlow Lite graph; a constant when it has data.</summary>
internal sealed record TfliteTensor
{
    private const int Float32 = 0, Float16 = 1, Int32 = 2, UInt8 = 3, Int8 = 9;

    public required string Name { get; init; }

    public required IReadOnlyList<int> Shape { get; init; }

    /// <summary>Number of the type (TensorType in the schema).</summary>
    public required int Type { get; init; }

    /// <summary>Its values, little-endian and row-major; empty for a feature map.</summary>
    public required ReadOnlyMemory<byte> Data { get; init; }

    /// <summary>Value = scale × (stored − zero point); one for all, or one for each position along a dimension.</summary>
    public IReadOnlyList<float> Scales { get; init; } = [];

    public IReadOnlyList<long> ZeroPoints { get; init; } = [];

    public int QuantizedDimension { get; init; }

    /// <summary>The values of a constant.</summary>
    /// <exception cref="FormatException">Its type is none of numbers that weights have, its data has another length than its shape, or a value is not
    /// finite.</exception>
    public float[] ToFloats(string source)
    {
        float[] values = Read(source);
        return FiniteValues.Problem(Shape, values) is { } problem
            ? throw new FormatException($"{source}: tensor '{Name}' {problem}, expected finite numbers") : values;
    }

    private float[] Read(string source)
    {
        string type = Type switch
        {
            Float32 => "F32",
            Float16 => "F16",
            Int32 => "I32",
            UInt8 => "U8",
            Int8 => "I8",
            _ => throw new FormatException($"{source}: tensor '{Name}' has type {Type}, expected float32, float16, int32, uint8 or int8 (0 to 3, 9)"),
        };
        long count = Shape.Aggregate(1L, (n, d) => d == 0 ? 0 : n > int.MaxValue ? n : n * d), bytes = count * NumberFormat.SizeOf(type);
        if (bytes != Data.Length)
        {
            throw new FormatException($"{source}: tensor '{Name}' [{string.Join(", ", Shape)}] has {Data.Length} bytes, expected {bytes}");
        }
        float[] values = NumberFormat.ToFloats(type, Data.Span);
        return Type is Float32 or Float16 ? values : Dequantize(values, source);
    }

    private float[] Dequantize(float[] stored, string source)
    {
        bool perChannel = Scales.Count > 1;
        if (Scales.Count == 0 || (perChannel && (QuantizedDimension < 0 || QuantizedDimension >= Shape.Count || Shape[QuantizedDimension] != Scales.Count)))
        {
            throw new FormatException($"{source}: tensor '{Name}' [{string.Join(", ", Shape)}] of whole numbers has {Scales.Count} scales along dimension " +
                $"{QuantizedDimension}, expected one, or one for each position");
        }
        int inner = perChannel ? Shape.Skip(QuantizedDimension + 1).Aggregate(1, (n, d) => n * d) : 1;
        for (int i = 0; i < stored.Length; i++)
        {
            int channel = perChannel ? i / inner % Scales.Count : 0;
            long zero = ZeroPoints.Count == 0 ? 0 : ZeroPoints[Math.Min(channel, ZeroPoints.Count - 1)];
            stored[i] = Scales[channel] * (stored[i] - zero);
        }
        return stored;
    }
}
