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
        where TBufferWriter : IBufferWriter<byte> => StringCodec.WriteField(ref writer, fieldIdDelta, EnumNames.Of(value));

    public T ReadValue<TInput>(ref Reader<TInput> reader, Field field) => EnumNames.Parse<T>(StringCodec.ReadValue(ref reader, field) ?? "");
}
