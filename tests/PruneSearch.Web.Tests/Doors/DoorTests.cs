using System.Net;
using System.Net.Http.Headers;

namespace PruneSearch.Web.Tests.Doors;

/// <summary>Who gets in, and what a browser or a program is told that does not.</summary>
public sealed class DoorTests(MadeUpServer made) : IClassFixture<MadeUpServer>
{
    private static readonly string[] Addresses = ["/", "/api/v1/searches", "/page.css", "/_framework/blazor.web.js", "/_blazor/negotiate", "/nowhere"];

    public static TheoryData<string> Everything => [.. Addresses];

    [Theory]
    [MemberData(nameof(Everything))]
    public async Task Nobody_comes_in_without_the_token_or_with_a_wrong_one(string address)
    {
        foreach (string? token in new[] { null, "", WebSettings.NewToken(), made.Token + "x", made.Token[1..] })
        {
            using var request = new HttpRequestMessage(address.EndsWith("negotiate", StringComparison.Ordinal) ? HttpMethod.Post : HttpMethod.Get, address);
            request.Headers.Authorization = token is null ? null : new AuthenticationHeaderValue("Bearer", token);
            using var answer = await SendAsync(request);
            Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
            Assert.DoesNotContain(made.Session.Summary.Id, await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task The_address_that_is_printed_becomes_a_cookie_that_scripts_and_other_sites_do_not_get()
    {
        using var first = await SendAsync(new HttpRequestMessage(HttpMethod.Get, made.Server.Entry));
        Assert.Equal(HttpStatusCode.OK, first.StatusCode);
        string cookie = Assert.Single(first.Headers.GetValues("Set-Cookie"));
        Assert.Contains("httponly", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("samesite=strict", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(made.Token, cookie, StringComparison.Ordinal);
        Assert.DoesNotContain(made.Token, await first.Content.ReadAsStringAsync(), StringComparison.Ordinal);

        foreach (string address in Addresses.Except(["/_blazor/negotiate", "/nowhere"]))
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, address);
            request.Headers.Add("Cookie", cookie.Split(';')[0]);
            using var answer = await SendAsync(request);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }
    }

    [Fact]
    public async Task A_wrong_token_in_the_address_sets_no_cookie()
    {
        using var answer = await SendAsync(new HttpRequestMessage(HttpMethod.Get, "/?token=" + WebSettings.NewToken()));
        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.False(answer.Headers.Contains("Set-Cookie"));
    }

    [Theory]
    [InlineData("evil.example")]
    [InlineData("evil.example:PORT")]
    [InlineData("localhost.evil.example:PORT")]
    [InlineData("127.0.0.1:1")]
    [InlineData("127.0.0.1")]
    public async Task A_name_that_was_bound_to_this_address_is_refused_even_with_the_token(string host)
    {
        using var request = Authorized(HttpMethod.Get, "/api/v1/searches");
        request.Headers.Host = host.Replace("PORT", $"{made.Server.Address.Port}", StringComparison.Ordinal);
        using var answer = await SendAsync(request);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
    }

    [Theory]
    [InlineData("localhost:PORT")]
    [InlineData("127.0.0.1:PORT")]
    public async Task Names_of_this_machine_are_let_in(string host)
    {
        using var request = Authorized(HttpMethod.Get, "/api/v1/searches");
        request.Headers.Host = host.Replace("PORT", $"{made.Server.Address.Port}", StringComparison.Ordinal);
        using var answer = await SendAsync(request);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Theory]
    [InlineData("Origin", "https://evil.example")]
    [InlineData("Origin", "http://127.0.0.1:1")]
    [InlineData("Origin", "null")]
    [InlineData("Sec-Fetch-Site", "cross-site")]
    [InlineData("Sec-Fetch-Site", "same-site")]
    public async Task Calls_of_other_pages_are_refused_even_with_the_cookie(string header, string value)
    {
        foreach (var (method, address) in new[]
        {
            (HttpMethod.Post, "/api/v1/searches/cells-0001/cancel"), (HttpMethod.Get, "/api/v1/searches"), (HttpMethod.Post, "/_blazor/negotiate"),
        })
        {
            using var request = Authorized(method, address);
            request.Headers.Add(header, value);
            using var answer = await SendAsync(request);
            Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        }
        Assert.Empty(made.Session.Calls);
    }

    [Fact]
    public async Task Names_are_text_on_the_page()
    {
        using var request = Authorized(HttpMethod.Get, "/");
        using var answer = await SendAsync(request);
        string page = await answer.Content.ReadAsStringAsync();
        Assert.Contains("&lt;script&gt;alert(", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<script>alert(", page, StringComparison.Ordinal);
        Assert.Contains("default-src 'self'", Assert.Single(answer.Headers.GetValues("Content-Security-Policy")), StringComparison.Ordinal);
    }

    private HttpRequestMessage Authorized(HttpMethod method, string address) =>
        new(method, address) { Headers = { Authorization = new AuthenticationHeaderValue("Bearer", made.Token) } };

    private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request)
    {
        using var plain = new HttpClient(new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false }) { BaseAddress = made.Server.Address };
        return await plain.SendAsync(request, TestContext.Current.CancellationToken);
    }
}
