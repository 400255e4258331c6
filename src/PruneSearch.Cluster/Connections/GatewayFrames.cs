using System.Buffers;
using System.Buffers.Binary;
using Orleans.Serialization;
using Orleans.Serialization.Buffers;
using Orleans.Serialization.Session;
using PruneSearch.Connections.Certificates;

namespace PruneSearch.Cluster.Connections;

/// <summary>
/// What a client sends to a gateway, handed on with the identity of its certificate instead of the one that it gives itself. Orleans' format
/// (10.4): a preamble (length, fields), then messages (length of the header, length of the body, header, body), of whose header flags,
/// number, sender and target come first. What is not of that form throws.
/// </summary>
/// <param name="owner">Whose connection it is.</param>
/// <param name="preambles">Reads and writes preambles.</param>
/// <param name="sessions">For the fields of headers.</param>
internal sealed class GatewayFrames(CertificateOwner owner, Serializer<ConnectionPreamble> preambles, SerializerSessionPool sessions)
{
    /// <summary>Longest preamble and longest header of a message, in bytes.</summary>
    public const int LargestHeader = 1 << 16;

    private const int Framing = 2 * sizeof(int);
    private const uint Request = 1, OneWay = 3; // directions; a client that hosts nothing never answers
    private const int DirectionShift = 16;
    private const uint DirectionMask = 0xF;
    private const uint HasDirectoryUpdates = 1 << 7; // only silos tell each other where grains are
    private readonly ArrayBufferWriter<byte> _header = new();
    private GrainId? _certified;
    private long _body; // bytes of the present message's body that are still to come

    /// <summary>Largest body of a message, in bytes: plans and reports are large, questions are small.</summary>
    public int LargestBody { get; } = owner.Role is CertificateRole.Viewer ? 1 << 20 : 1 << 26;

    /// <summary>Hands on what has arrived.</summary>
    /// <param name="input">Has arrived; what was handed on is cut off.</param>
    /// <param name="most">Messages to begin at most, above 0.</param>
    /// <returns>Messages that were begun.</returns>
    /// <exception cref="InvalidDataException">It is nothing that a client may send.</exception>
    public int HandOn(ref ReadOnlySequence<byte> input, IBufferWriter<byte> output, int most)
    {
        int begun = 0;
        while (!input.IsEmpty)
        {
            if (_body > 0)
            {
                var part = input.Slice(0, Math.Min(_body, input.Length));
                Copy(part, output);
                input = input.Slice(part.End);
                _body -= part.Length;
            }
            else if (begun == most || !(_certified is null ? TryPreamble(ref input, output) : TryHeader(ref input, output)))
            {
                break;
            }
            else
            {
                begun++;
            }
        }
        return begun;
    }

    private bool TryPreamble(ref ReadOnlySequence<byte> input, IBufferWriter<byte> output)
    {
        if (input.Length < sizeof(int))
        {
            return false;
        }
        int length = Checked(Int32(input), LargestHeader, "preamble");
        if (input.Length < sizeof(int) + length)
        {
            return false;
        }
        var preamble = preambles.Deserialize(input.Slice(sizeof(int), length)) ?? throw new InvalidDataException("an empty preamble came");
        input = input.Slice(sizeof(int) + length);
        _certified = Caller.Certified(owner, preamble.NodeIdentity);
        byte[] certified = preambles.SerializeToArray(preamble.Of(_certified.Value));
        BinaryPrimitives.WriteInt32LittleEndian(output.GetSpan(sizeof(int)), certified.Length);
        output.Advance(sizeof(int));
        output.Write(certified);
        return true;
    }

    private bool TryHeader(ref ReadOnlySequence<byte> input, IBufferWriter<byte> output)
    {
        if (input.Length < Framing)
        {
            return false;
        }
        int length = Checked(Int32(input), LargestHeader, "header"), body = Checked(Int32(input.Slice(sizeof(int))), LargestBody, "body");
        if (input.Length < Framing + length)
        {
            return false;
        }
        Certify(input.Slice(Framing, length));
        input = input.Slice(Framing + length);
        var lengths = output.GetSpan(Framing);
        BinaryPrimitives.WriteInt32LittleEndian(lengths, _header.WrittenCount);
        BinaryPrimitives.WriteInt32LittleEndian(lengths[sizeof(int)..], body);
        output.Advance(Framing);
        output.Write(_header.WrittenSpan);
        _body = body;
        return true;
    }

    // The header with another sender.
    private void Certify(ReadOnlySequence<byte> header)
    {
        _header.ResetWrittenCount();
        using var session = sessions.GetSession();
        var reader = Reader.Create(header, session);
        uint flags = reader.ReadUInt32();
        if (((flags >> DirectionShift) & DirectionMask) is not (Request or OneWay) || (flags & HasDirectoryUpdates) != 0)
        {
            throw new InvalidDataException($"a message with the flags 0x{flags:x} came from a client");
        }
        long number = reader.ReadInt64();
        _ = IdSpanCodec.ReadRaw(ref reader);
        _ = IdSpanCodec.ReadRaw(ref reader);
        long rest = reader.Position;
        var writer = Writer.Create(_header, session);
        writer.WriteUInt32(flags);
        writer.WriteInt64(number);
        IdSpanCodec.WriteRaw(ref writer, _certified!.Value.Type.Value);
        IdSpanCodec.WriteRaw(ref writer, _certified.Value.Key);
        writer.Commit();
        Copy(header.Slice(rest), _header);
    }

    private static int Int32(ReadOnlySequence<byte> input)
    {
        Span<byte> bytes = stackalloc byte[sizeof(int)];
        input.Slice(0, sizeof(int)).CopyTo(bytes);
        return BinaryPrimitives.ReadInt32LittleEndian(bytes);
    }

    private static int Checked(int length, int largest, string what) => length >= 0 && length <= largest ? length
        : throw new InvalidDataException($"a {what} of {(uint)length} bytes came, at most {largest} are allowed");

    private static void Copy(ReadOnlySequence<byte> from, IBufferWriter<byte> to)
    {
        foreach (var segment in from)
        {
            to.Write(segment.Span);
        }
    }
}
