using System.Net;
using System.Net.Sockets;
using System.Text;

namespace PruneSearch.Web.Tests.Doors;

/// <summary>Requests that are meant to hurt.</summary>
public sealed class AttackTests(MadeUpServer made) : IClassFixture<MadeUpServer>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("/api/v1/searches")]
    [InlineData("/api/v1/searches/cells-0001/budget")]
    [InlineData("/api/v1/searches/cells-0001/models/original/detect")]
    public async Task A_body_of_a_gigabyte_is_refused_before_it_is_read(string address)
    {
        int calls = made.Session.Calls.Count;
        using var socket = await ConnectAsync();
        await WriteAsync(socket, $"POST {address} HTTP/1.1\r\nHost: 127.0.0.1:{made.Server.Address.Port}\r\nAuthorization: Bearer {made.Token}\r\n" +
            "Content-Type: application/json\r\nContent-Length: 1073741824\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 413", await ReadAsync(socket), StringComparison.Ordinal);
        Assert.Equal(calls, made.Session.Calls.Count);
    }

    [Fact]
    public async Task A_body_that_never_says_how_long_it_is_ends_at_the_limit()
    {
        using var endless = new StreamContent(new EndlessStream());
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/searches") { Content = endless };
        request.Headers.TransferEncodingChunked = true;
        try
        {
            using var answer = await made.Client.SendAsync(request, Cancellation);
            Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.StatusCode);
        }
        catch (HttpRequestException)
        {
            // The server hung up while the client was still sending.
        }
        Assert.InRange(EndlessStream.Sent, 1, 64 << 20);
    }

    [Fact]
    public async Task Slow_clients_keep_nobody_waiting_and_are_sent_away()
    {
        var slow = new List<TcpClient>();
        for (int i = 0; i < 50; i++)
        {
            slow.Add(await ConnectAsync());
            await WriteAsync(slow[^1], "GET /api/v1/searches HTTP/1.1\r\nHost: 127");
        }
        using (var answer = await made.Client.GetAsync("/api/v1/searches", Cancellation))
        {
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }
        foreach (var client in slow)
        {
            string told = await ReadAsync(client); // ends when the server hangs up
            Assert.True(told.Length == 0 || told.StartsWith("HTTP/1.1 408", StringComparison.Ordinal), told);
            client.Dispose();
        }
    }

    [Theory]
    [InlineData("GET /../../../../etc/passwd HTTP/1.1")]
    [InlineData("GET /_framework/../../../etc/passwd HTTP/1.1")]
    [InlineData("GET /%2e%2e/%2e%2e/etc/passwd HTTP/1.1")]
    [InlineData("GET /_content/..%2f..%2f..%2fetc%2fpasswd HTTP/1.1")]
    [InlineData("GET /page.css/..%5c..%5cetc HTTP/1.1")]
    public async Task No_path_leads_out_of_what_is_served(string line)
    {
        using var socket = await ConnectAsync();
        await WriteAsync(socket, $"{line}\r\nHost: 127.0.0.1:{made.Server.Address.Port}\r\nAuthorization: Bearer {made.Token}\r\nConnection: close\r\n\r\n");
        string answer = await ReadAsync(socket);
        Assert.DoesNotContain("root:", answer, StringComparison.Ordinal);
        Assert.DoesNotContain("HTTP/1.1 500", answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("name: a\nx: &a [&b [*a, *a]]\n")]
    [InlineData("a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c]\n" +
        "name: *d\ntrajectories: {levels: *d}\n")]
    [InlineData("\0\u0001")]
    [InlineData("")]
    [InlineData("name: <script>alert(1)</script>\n")]
    public async Task A_search_file_that_is_meant_to_hurt_is_one_problem(string text)
    {
        using var answer = await made.Client.PostAsync("/api/v1/searches", new StringContent(text), Cancellation);
        string told = await answer.Content.ReadAsStringAsync(Cancellation);
        Assert.True(answer.StatusCode == HttpStatusCode.BadRequest, told);
        Assert.DoesNotContain("<script>", told, StringComparison.Ordinal);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType!.MediaType);
    }

    [Fact]
    public async Task What_is_no_picture_is_refused()
    {
        foreach (byte[] content in new[] { [], "<svg onload=alert(1)>"u8.ToArray(), new byte[] { 0xFF, 0xD8, 0xFF, 0xE0, 1, 2, 3 } })
        {
            using var answer = await made.Client.PostAsync("/api/v1/searches/cells-0001/models/original/detect", new ByteArrayContent(content), Cancellation);
            Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        }
    }

    private async Task<TcpClient> ConnectAsync()
    {
        var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, made.Server.Address.Port, Cancellation);
        return client;
    }

    private static async Task WriteAsync(TcpClient client, string text) => await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(text), Cancellation);

    private static async Task<string> ReadAsync(TcpClient client)
    {
        using var reader = new StreamReader(client.GetStream());
        try
        {
            return await reader.ReadToEndAsync(Cancellation);
        }
        catch (IOException)
        {
            return ""; // it was reset
        }
    }

    private sealed class EndlessStream : Stream
    {
        public static long Sent { get; private set; }

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get; set; }

        public override int Read(byte[] buffer, int offset, int count)
        {
            Array.Fill(buffer, (byte)'#', offset, count);
            Sent += count;
            return count;
        }

        public override void Flush() => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
