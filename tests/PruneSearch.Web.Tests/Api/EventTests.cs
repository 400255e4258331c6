using System.Net;
using System.Net.ServerSentEvents;
using PruneSearch.Core.Searches;

namespace PruneSearch.Web.Tests.Api;

/// <summary>Following a search over HTTP: nothing is missed and nothing is seen twice.</summary>
public sealed class EventTests(MadeUpServer made) : IClassFixture<MadeUpServer>
{
    private const string Events = "/api/v1/searches/cells-0001/events";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Whoever_comes_again_goes_on_where_he_stopped_also_after_nobody_answered_for_a_while()
    {
        var two = made.Session.Reports;
        var all = Enumerable.Range(0, 250).Select(i => two[i % 2] with { Iteration = i }).ToList();
        made.Session.Reports = all[..120];
        var seen = new List<(string Id, string Type)>();
        await ReadAsync(null, seen, until: e => e.EventId == "120");

        made.Session.IsLost = true; // the silo is restarted
        var second = ReadAsync("120", seen, until: e => e.EventType == "end");
        await Task.Delay(600, Cancellation);
        made.Session.Reports = all[..200];
        made.Session.IsLost = false;
        await Task.Delay(400, Cancellation);
        made.Session.Reports = all;
        made.Session.Summary = made.Session.Summary with { State = WorkState.Completed };
        try
        {
            await second;
            string[] reports = [.. seen.Where(e => e.Type == "report").Select(e => e.Id)];
            Assert.Equal(Enumerable.Range(1, 250).Select(i => $"{i}"), reports);
            Assert.Equal("250-end", seen[^1].Id);

            using var over = await SendAsync("250-end");
            Assert.Equal(HttpStatusCode.NoContent, over.StatusCode); // a browser comes back no more
            made.Session.Reports = [.. all, two[0]]; // it was resumed
            var again = new List<(string Id, string Type)>();
            await ReadAsync("250-end", again, until: e => e.EventType == "end");
            Assert.Equal(["251"], again.Where(e => e.Type == "report").Select(e => e.Id));
        }
        finally
        {
            (made.Session.Reports, made.Session.Summary) = (two, made.Session.Summary with { State = WorkState.Running });
        }
    }

    [Theory]
    [InlineData("x")]
    [InlineData("-1")]
    [InlineData("99999999999999")]
    public async Task An_id_that_was_never_given_is_refused(string id)
    {
        using var answer = await SendAsync(id);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
    }

    [Fact]
    public async Task Many_followers_ask_as_often_as_one()
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        await Task.Delay(500, Cancellation); // another test's reports are forgotten
        int before = made.Session.Asked;
        var followers = Enumerable.Range(0, 100).Select(_ => ReadAsync("2", [], until: _ => false, stop.Token)).ToList();
        await Task.Delay(2000, Cancellation);
        int asked = made.Session.Asked - before;
        await stop.CancelAsync();
        await Task.WhenAll(followers.Select(f => f.ContinueWith(_ => { }, TaskScheduler.Default)));
        Assert.InRange(asked, 1, 40); // one of them alone: 8
    }

    private async Task ReadAsync(
        string? last, List<(string Id, string Type)> seen, Func<SseItem<string>, bool> until, CancellationToken? cancellation = null)
    {
        using var answer = await SendAsync(last, cancellation);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        await using var stream = await answer.Content.ReadAsStreamAsync(Cancellation);
        await foreach (var e in SseParser.Create(stream).EnumerateAsync(cancellation ?? Cancellation))
        {
            seen.Add((e.EventId ?? "", e.EventType));
            if (until(e))
            {
                return;
            }
        }
    }

    private async Task<HttpResponseMessage> SendAsync(string? last, CancellationToken? cancellation = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, Events);
        if (last is not null)
        {
            request.Headers.Add("Last-Event-ID", last);
        }
        return await made.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation ?? Cancellation);
    }
}
