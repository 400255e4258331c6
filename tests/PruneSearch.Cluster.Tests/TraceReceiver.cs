using System.Collections.Concurrent;
using System.Net;
using Google.Protobuf;
using PruneSearch.Cluster.Hosting;

namespace PruneSearch.Cluster.Tests;

/// <summary>A span as it came over the wire.</summary>
internal sealed record ReceivedSpan(string TraceId, string SpanId, string ParentId, string Name)
{
    public required DateTimeOffset Start { get; init; }

    public required DateTimeOffset End { get; init; }

    public required IReadOnlyDictionary<string, string> Tags { get; init; }

    /// <summary>Identifiers of spans that it is linked to.</summary>
    public required IReadOnlyList<string> Links { get; init; }

    /// <summary>Names of its events.</summary>
    public required IReadOnlyList<string> Events { get; init; }

    public required bool IsError { get; init; }

    public string Tag(string name) => Tags.GetValueOrDefault("prunesearch." + name, "");
}

/// <summary>A message of the log as it came over the wire.</summary>
internal sealed record ReceivedLog(string TraceId, string Text);

/// <summary>Receives OTLP over HTTP on a free loopback port and reads the few fields that tests need.</summary>
internal sealed class TraceReceiver : IDisposable
{
    private readonly HttpListener _listener = new();
    private readonly ConcurrentQueue<ReceivedSpan> _spans = [];
    private readonly ConcurrentQueue<ReceivedLog> _logs = [];
    private readonly ConcurrentQueue<IReadOnlyDictionary<string, string>> _resources = [];

    public TraceReceiver()
    {
        Endpoint = $"http://127.0.0.1:{FreePort.Find()}/";
        _listener.Prefixes.Add(Endpoint);
        _listener.Start();
        _ = ReceiveAsync();
    }

    public string Endpoint { get; }

    public IReadOnlyList<ReceivedSpan> Spans => _spans.ToArray();

    public IReadOnlyList<ReceivedLog> Logs => _logs.ToArray();

    /// <summary>Who sent.</summary>
    public IReadOnlyList<IReadOnlyDictionary<string, string>> Resources => _resources.ToArray();

    public void Dispose() => _listener.Close();

    private async Task ReceiveAsync()
    {
        while (_listener.IsListening)
        {
            HttpListenerContext context;
            try
            {
                context = await _listener.GetContextAsync();
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
            {
                return;
            }
            using var body = new MemoryStream();
            await context.Request.InputStream.CopyToAsync(body);
            Read(context.Request.Url!.AbsolutePath, body.ToArray());
            context.Response.ContentType = "application/x-protobuf";
            context.Response.Close();
        }
    }

    // Export…ServiceRequest.resource_… = 1, Resource… .resource = 1 (attributes = 1) and .scope_… = 2, Scope… .… = 2 (opentelemetry-proto 1.x)
    private void Read(string path, byte[] request)
    {
        foreach (byte[] resource in Fields(request, 1))
        {
            _resources.Enqueue(Attributes(Fields(resource, 1).Single(), 1));
        }
        foreach (byte[] item in Fields(request, 1).SelectMany(r => Fields(r, 2)).SelectMany(s => Fields(s, 2)))
        {
            if (path == "/v1/traces")
            {
                _spans.Enqueue(Span(item));
            }
            else if (path == "/v1/logs")
            {
                _logs.Enqueue(new ReceivedLog(Hex(item, 9), Fields(item, 5) is [var text] ? Text(Fields(text, 1).Single()) : ""));
            }
        }
    }

    private static ReceivedSpan Span(byte[] span) => new(Hex(span, 1), Hex(span, 2), Hex(span, 4), Text(Fields(span, 5).Single()))
    {
        Start = Time(span, 7),
        End = Time(span, 8),
        Tags = Attributes(span, 9),
        Events = [.. Fields(span, 11).Select(e => Text(Fields(e, 2).Single()))],
        Links = [.. Fields(span, 13).Select(l => Hex(l, 2))],
        IsError = Fields(span, 15) is [var status] && Number(status, 3) == 2,
    };

    private static Dictionary<string, string> Attributes(byte[] message, int field) => Fields(message, field).ToDictionary(
        a => Text(Fields(a, 1).Single()), a => Fields(a, 2) is [var value] ? Value(value) : "");

    private static string Value(byte[] any)
    {
        using var input = new CodedInputStream(any);
        return input.ReadTag() switch
        {
            var t when t == WireFormat.MakeTag(1, WireFormat.WireType.LengthDelimited) => input.ReadString(),
            var t when t == WireFormat.MakeTag(2, WireFormat.WireType.Varint) => input.ReadBool().ToString(),
            var t when t == WireFormat.MakeTag(3, WireFormat.WireType.Varint) => FormattableString.Invariant($"{input.ReadInt64()}"),
            var t when t == WireFormat.MakeTag(4, WireFormat.WireType.Fixed64) => FormattableString.Invariant($"{input.ReadDouble()}"),
            _ => "",
        };
    }

    private static DateTimeOffset Time(byte[] message, int field)
    {
        using var input = new CodedInputStream(message);
        uint tag;
        while ((tag = input.ReadTag()) != 0)
        {
            if (tag == WireFormat.MakeTag(field, WireFormat.WireType.Fixed64))
            {
                return DateTimeOffset.UnixEpoch.AddTicks((long)(input.ReadFixed64() / 100));
            }
            input.SkipLastField();
        }
        return default;
    }

    private static long Number(byte[] message, int field)
    {
        using var input = new CodedInputStream(message);
        uint tag;
        while ((tag = input.ReadTag()) != 0)
        {
            if (tag == WireFormat.MakeTag(field, WireFormat.WireType.Varint))
            {
                return input.ReadInt64();
            }
            input.SkipLastField();
        }
        return 0;
    }

    private static string Text(byte[] bytes) => System.Text.Encoding.UTF8.GetString(bytes);

    private static string Hex(byte[] message, int field) => Convert.ToHexStringLower(Fields(message, field).SingleOrDefault() ?? []);

    private static List<byte[]> Fields(byte[] message, int field)
    {
        var found = new List<byte[]>();
        using var input = new CodedInputStream(message);
        uint tag;
        while ((tag = input.ReadTag()) != 0)
        {
            if (tag == WireFormat.MakeTag(field, WireFormat.WireType.LengthDelimited))
            {
                found.Add(input.ReadBytes().ToByteArray());
            }
            else
            {
                input.SkipLastField();
            }
        }
        return found;
    }
}
