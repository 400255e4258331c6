using System.Buffers;
using Orleans.Serialization.Buffers;
using Orleans.Serialization.Codecs;
using Orleans.Serialization.WireProtocol;

namespace PruneSearch.Core.Settings;

/// <summary>
/// Sends and stores enumerations by name, as the text that they were before they were enumerations: what was kept before is read,
/// and values may change their order.
/// </summary>
internal abstract class EnumNameCodec<T> : IFieldCodec<T>
    where T : struct, Enum
{
    public void WriteField<TBufferWriter>(ref Writer<TBufferWriter> writer, uint fieldIdDelta, Type? expectedType, T value)
        where TBufferWriter : IBufferWriter<byte> => StringCodec.WriteField(ref writer, fieldIdDelta, Text(value));

    public T ReadValue<TInput>(ref Reader<TInput> reader, Field field) => EnumNames.Parse<T>(StringCodec.ReadValue(ref reader, field) ?? "");

    // Each time a text of its own: the same one again would be sent as a reference, which a value that may be null takes for null.
    private static string Text(T value) => new(EnumNames.Of(value).AsSpan());
}
