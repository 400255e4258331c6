using System.Buffers;
using System.Net;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using MessagePack;

namespace PruneSearch.Web.Tests.Browsers;

/// <summary>
/// A page without a browser: a circuit of Blazor as its script opens it (protocol "blazorpack"), whose server draws every change and waits until it is told
/// that the change was shown. Two hundred browsers would take the machine that is measured.
/// </summary>
internal sealed partial class CircuitPage : IAsyncDisposable
{
    private const byte Invocation = 1, Ping = 6;
    private readonly ClientWebSocket _socket = new();
    private readonly CancellationTokenSource _end = new();
    private readonly SemaphoreSlim _turn = new(1);
    private readonly TaskCompletionSource _drawn = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task _reading = Task.CompletedTask;
    private int _batches, _objects;

    /// <summary>Times that the server drew.</summary>
    public int Batches => Volatile.Read(ref _batches);

    /// <summary>Why it ended; <see langword="null"/> while it goes on.</summary>
    public string? Ended { get; private set; }

    /// <summary>Opens one and waits until it was drawn.</summary>
    /// <param name="http">Has the token of the server.</param>
    /// <param name="address">The page.</param>
    /// <param name="stop">Gives up.</param>
    public static async Task<CircuitPage> OpenAsync(HttpClient http, Uri address, CancellationToken stop)
    {
        string html = await http.GetStringAsync(address, stop);
        object[] operations = [.. Markers().Matches(html).Select(m => JsonDocument.Parse(WebUtility.HtmlDecode(m.Groups[1].Value)).RootElement)
            .Where(m => m.TryGetProperty("descriptor", out _)).Select((m, i) => (object)new { type = "add", ssrComponentId = i + 1, marker = m })];
        string state = State().Match(html).Groups[1].Value;
        using var negotiated = await http.PostAsync(new Uri(address, "/_blazor/negotiate?negotiateVersion=1"), null, stop);
        using var answer = JsonDocument.Parse(await negotiated.EnsureSuccessStatusCode().Content.ReadAsStringAsync(stop));
        var page = new CircuitPage();
        page._socket.Options.SetRequestHeader("Authorization", http.DefaultRequestHeaders.Authorization!.ToString());
        await page._socket.ConnectAsync(
            new UriBuilder(new Uri(address, $"/_blazor?id={answer.RootElement.GetProperty("connectionToken").GetString()}")) { Scheme = "ws" }.Uri, stop);
        await page._socket.SendAsync("{\"protocol\":\"blazorpack\",\"version\":1}\u001e"u8.ToArray(), WebSocketMessageType.Text, true, stop);
        page._reading = page.ReadAsync();
        await page.InvokeAsync("0", "StartCircuit", new Uri(address, "/").ToString(), address.ToString(), "[]", state);
        await page.InvokeAsync(null, "UpdateRootComponents", JsonSerializer.Serialize(new { batchId = 1, operations }), "");
        _ = page.PingAsync();
        await Task.WhenAny(page._drawn.Task, page._reading).WaitAsync(TimeSpan.FromSeconds(60), stop);
        return page.Ended is null ? page : throw new InvalidOperationException(page.Ended);
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _reading;
        _socket.Dispose();
        _end.Dispose();
        _turn.Dispose();
    }

    private async Task PingAsync()
    {
        try
        {
            while (true)
            {
                await Task.Delay(TimeSpan.FromSeconds(10), _end.Token);
                await SendAsync((ref MessagePackWriter w) =>
                {
                    w.WriteArrayHeader(1);
                    w.Write(Ping);
                });
            }
        }
        catch (Exception e) when (e is OperationCanceledException or WebSocketException or ObjectDisposedException)
        {
            // It ended.
        }
    }

    private Task InvokeAsync(string? id, string target, params object?[] arguments) => SendAsync((ref MessagePackWriter w) =>
    {
        w.WriteArrayHeader(5);
        w.Write(Invocation);
        w.WriteMapHeader(0);
        w.Write(id);
        w.Write(target);
        w.WriteArrayHeader(arguments.Length);
        foreach (object? argument in arguments)
        {
            switch (argument)
            {
                case long number: w.Write(number); break;
                case bool flag: w.Write(flag); break;
                default: w.Write((string?)argument); break;
            }
        }
    });

    private delegate void Write(ref MessagePackWriter writer);

    private async Task SendAsync(Write write)
    {
        var body = new ArrayBufferWriter<byte>();
        var writer = new MessagePackWriter(body);
        write(ref writer);
        writer.Flush();
        var message = new List<byte>();
        for (uint left = (uint)body.WrittenCount; ; left >>= 7)
        {
            message.Add((byte)((left & 0x7f) | (left > 0x7f ? 0x80u : 0)));
            if (left <= 0x7f)
            {
                break;
            }
        }
        message.AddRange(body.WrittenSpan);
        await _turn.WaitAsync();
        try
        {
            await _socket.SendAsync(message.ToArray(), WebSocketMessageType.Binary, true, _end.Token);
        }
        finally
        {
            _turn.Release();
        }
    }

    private async Task ReadAsync()
    {
        var received = new ArrayBufferWriter<byte>(1 << 16);
        byte[] left = [];
        bool greeted = false;
        try
        {
            while (true)
            {
                var result = await _socket.ReceiveAsync(received.GetMemory(1 << 14), _end.Token);
                if (result.MessageType == WebSocketMessageType.Close)
                {
                    Ended ??= $"closed: {_socket.CloseStatusDescription}";
                    return;
                }
                received.Advance(result.Count);
                byte[] all = [.. left, .. received.WrittenSpan];
                received.ResetWrittenCount();
                int at = greeted ? 0 : Array.IndexOf(all, (byte)0x1e) + 1;
                greeted |= at > 0;
                while (greeted && TryFrame(all, ref at, out var frame))
                {
                    await TakeAsync(frame);
                }
                left = all[at..];
            }
        }
        catch (Exception e) when (e is OperationCanceledException or WebSocketException or ObjectDisposedException)
        {
            Ended ??= e.Message;
        }
    }

    private static bool TryFrame(byte[] all, ref int at, out ReadOnlyMemory<byte> frame)
    {
        frame = default;
        int length = 0, i = at;
        for (int shift = 0; ; shift += 7, i++)
        {
            if (i >= all.Length)
            {
                return false;
            }
            length |= (all[i] & 0x7f) << shift;
            if ((all[i] & 0x80) == 0)
            {
                break;
            }
        }
        if (all.Length - i - 1 < length)
        {
            return false;
        }
        frame = all.AsMemory(i + 1, length);
        at = i + 1 + length;
        return true;
    }

    private async Task TakeAsync(ReadOnlyMemory<byte> frame)
    {
        var (target, number, kind, error) = Parse(frame);
        switch (target)
        {
            case "JS.RenderBatch":
                Interlocked.Increment(ref _batches);
                _drawn.TrySetResult();
                await InvokeAsync(null, "OnRenderCompleted", number, null);
                break;
            case "JS.BeginInvokeJS" when number != 0:
                string value = kind == 1 ? $"{{\"__jsObjectId\":{Interlocked.Increment(ref _objects)}}}" : "null";
                await InvokeAsync(null, "EndInvokeJSFromDotNet", number, true, $"[{number},true,{value}]");
                break;
            case "JS.Error":
                Ended ??= error;
                break;
        }
    }

    private static (string? Target, long Number, long Kind, string? Error) Parse(ReadOnlyMemory<byte> frame)
    {
        var reader = new MessagePackReader(frame);
        reader.ReadArrayHeader();
        if (reader.ReadByte() != Invocation)
        {
            return default; // a completion or a ping
        }
        reader.Skip();
        reader.Skip();
        string? target = reader.ReadString();
        int arguments = reader.ReadArrayHeader();
        if (target == "JS.Error")
        {
            return (target, 0, 0, reader.ReadString());
        }
        long number = arguments > 0 && reader.NextMessagePackType == MessagePackType.Integer ? reader.ReadInt64() : 0;
        long kind = 0;
        if (target == "JS.BeginInvokeJS")
        {
            reader.Skip();
            reader.Skip();
            kind = reader.NextMessagePackType == MessagePackType.Integer ? reader.ReadInt64() : 0;
        }
        return (target, number, kind, null);
    }

    [GeneratedRegex("<!--Blazor:(\\{.*?\\})-->")]
    private static partial Regex Markers();

    [GeneratedRegex("<!--Blazor-Server-Component-State:(.*?)-->")]
    private static partial Regex State();
}
