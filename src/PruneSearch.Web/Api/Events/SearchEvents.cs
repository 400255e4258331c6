using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using PruneSearch.Connections.Sessions;
using PruneSearch.Core.Grains;
using PruneSearch.Core.Searches;

namespace PruneSearch.Web.Api.Events;

/// <summary>
/// Tells of a search as it goes on (server-sent events, html.spec.whatwg.org). The identifier of an event is the position of the next report in
/// the search's log, which never changes: whoever comes again with it misses nothing and sees no report twice.
/// </summary>
internal sealed class SearchEvents(ISearchSession session, SearchPulse pulse, IOptions<JsonOptions> json, IHostApplicationLifetime lifetime)
{
    private const int PageSize = 100;
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(15);

    /// <summary>Answers with the events after what the caller has seen; with nothing when it has seen the end.</summary>
    /// <param name="after">Position of the first report, for callers that cannot send a header.</param>
    /// <exception cref="KeyNotFoundException">There is no such search.</exception>
    public async Task<IResult> AnswerAsync(string id, HttpContext context, int? after)
    {
        string header = context.Request.Headers["Last-Event-ID"].ToString();
        var seen = header.Length > 0
            ? EventId.Parse(header) ?? throw new BadHttpRequestException($"Last-Event-ID is '{header}', expected the id of an event.")
            : new EventId(Ask.After(after ?? 0), Ended: false);
        // A browser gives up after any answer but events: while nobody answers, it is told nothing, and waits.
        var beat = await TryAsync(() => seen.Ended ? pulse.LookAsync(id) : pulse.GetAsync(id)).ConfigureAwait(false);
        if (seen.Ended && beat?.Search.State.IsOver() == true && beat.Reports <= seen.Next)
        {
            return Results.NoContent(); // a browser comes back no more
        }
        context.Response.Headers["X-Accel-Buffering"] = "no"; // a proxy must not wait until it is over
        return TypedResults.ServerSentEvents(FollowAsync(id, seen.Next, context.RequestAborted));
    }

    private async IAsyncEnumerable<SseItem<string>> FollowAsync(string id, int next, [EnumeratorCancellation] CancellationToken aborted)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(aborted, lifetime.ApplicationStopping);
        string? told = null;
        long toldAt = Environment.TickCount64;
        while (!stop.IsCancellationRequested)
        {
            if (await TryAsync(() => pulse.GetAsync(id)).ConfigureAwait(false) is { } beat)
            {
                while (next < beat.Reports && await TryAsync(() => session.ReportsAsync(id, next, PageSize)).ConfigureAwait(false) is { } page
                    && page.Next > next)
                {
                    // Positions are known one by one only where none is left out.
                    int first = page.Next - page.Points.Count;
                    foreach (var (i, point) in page.Points.Index())
                    {
                        next = first + i + 1;
                        yield return Event("report", point, new EventId(next, Ended: false));
                    }
                    next = page.Next;
                }
                string status = JsonSerializer.Serialize(beat.Search, json.Value.SerializerOptions);
                bool over = beat.Search.State.IsOver() && next >= beat.Reports
                    && await TryAsync(() => pulse.LookAsync(id)).ConfigureAwait(false) is { } now && now.Search.State.IsOver() && next >= now.Reports;
                if (over) // still, and not only a moment ago
                {
                    yield return new SseItem<string>(status, "end") { EventId = new EventId(next, Ended: true).ToString() };
                    yield break;
                }
                if (status != told || Environment.TickCount64 - toldAt > Silence.TotalMilliseconds) // said again now and then: who went away is noticed
                {
                    (told, toldAt) = (status, Environment.TickCount64);
                    yield return new SseItem<string>(status, "status");
                }
            }
            await Task.Delay(SearchPulse.Pace, stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private SseItem<string> Event<T>(string type, T data, EventId id) =>
        new(JsonSerializer.Serialize(data, json.Value.SerializerOptions), type) { EventId = id.ToString() };

    // Nobody answers for a while: a silo is restarted. What is told afterwards goes on where this stopped.
    private static async Task<T?> TryAsync<T>(Func<Task<T>> call)
        where T : class
    {
        try
        {
            return await call().ConfigureAwait(false);
        }
        catch (Exception e) when (e is ClusterException { IsPassing: true } or TimeoutException || (e is IOException and not ClusterException))
        {
            return null;
        }
    }
}
