using System.Buffers;
using Orleans.Serialization.Buffers;
using Orleans.Serialization.Cloning;
using Orleans.Serialization.Codecs;
using Orleans.Serialization.WireProtocol;

namespace PruneSearch.Core.Stages;

/// <summary>
/// Sends and stores keys as the texts that they were before they were a type: what was kept before is read, and the bytes are the
/// same. It never refers back to a key that was written before, which a nullable one could not read.
/// </summary>
[RegisterSerializer]
internal sealed class StageKeyCodec : IFieldCodec<StageKey>
{
    /// <inheritdoc/>
    public void WriteField<TBufferWriter>(ref Writer<TBufferWriter> writer, uint fieldIdDelta, Type? expectedType, StageKey value)
        where TBufferWriter : IBufferWriter<byte>
    {
        string text = value.ToString();
        ReferenceCodec.MarkValueField(writer.Session);
        writer.WriteFieldHeaderExpected(fieldIdDelta, WireType.LengthPrefixed);
        writer.WriteVarUInt32((uint)text.Length); // ASCII
        StringCodec.WriteRaw(ref writer, text, text.Length);
    }

    /// <inheritdoc/>
    public StageKey ReadValue<TInput>(ref Reader<TInput> reader, Field field) => StageKey.Parse(StringCodec.ReadValue(ref reader, field) ?? "");
}

[RegisterCopier]
internal sealed class StageKeyCopier : ShallowCopier<StageKey>;
