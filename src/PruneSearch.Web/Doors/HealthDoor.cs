using Microsoft.AspNetCore.Http;
using PruneSearch.Connections.Sessions;

namespace PruneSearch.Web.Doors;

/// <summary>
/// Answers probes at a port of their own, as silos do: <c>/healthz/live</c> while the process works, <c>/healthz/ready</c> while somebody answers it. It
/// says nothing else there, whoever asks.
/// </summary>
/// <param name="settings">Says at which port.</param>
/// <param name="session">Asked whether somebody answers.</param>
internal sealed class HealthDoor(WebSettings settings, ISearchSession session, TimeProvider? time = null) : IDisposable
{
    private static readonly TimeSpan TimeLimit = TimeSpan.FromSeconds(3), Remembered = TimeSpan.FromSeconds(2);
    private readonly TimeProvider _time = time ?? TimeProvider.System;
    private readonly SemaphoreSlim _turn = new(1);
    private long? _askedAt;
    private bool _ready;

    public async Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        if (settings.Health is not { } health || context.Connection.LocalPort != health.Port)
        {
            await next(context).ConfigureAwait(false);
            return;
        }
        (int code, string text) = context.Request.Path.Value switch
        {
            "/healthz/live" => (StatusCodes.Status200OK, "live"),
            "/healthz/ready" when await IsReadyAsync().ConfigureAwait(false) => (StatusCodes.Status200OK, "ready"),
            "/healthz/ready" => (StatusCodes.Status503ServiceUnavailable, "cluster"),
            _ => (StatusCodes.Status404NotFound, "expected /healthz/live or /healthz/ready"),
        };
        context.Response.StatusCode = code;
        context.Response.ContentType = "text/plain";
        await context.Response.WriteAsync(text + "\n", context.RequestAborted).ConfigureAwait(false);
    }

    public void Dispose() => _turn.Dispose();

    // However many ask, the cluster is asked once in a while.
    private async Task<bool> IsReadyAsync()
    {
        await _turn.WaitAsync().ConfigureAwait(false);
        try
        {
            if (_askedAt is not { } at || _time.GetElapsedTime(at) >= Remembered)
            {
                _ready = await AskAsync().ConfigureAwait(false);
                _askedAt = _time.GetTimestamp();
            }
            return _ready;
        }
        finally
        {
            _turn.Release();
        }
    }

    private async Task<bool> AskAsync()
    {
        try
        {
            await session.SilosAsync().WaitAsync(TimeLimit, _time).ConfigureAwait(false);
            return true;
        }
        catch (Exception e) when (e is IOException or TimeoutException or InvalidOperationException)
        {
            return false;
        }
    }
}
