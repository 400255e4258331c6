using System.Net;
using System.Text;
using Microsoft.Extensions.Hosting;
using Orleans.Runtime;

namespace PruneSearch.Cluster.Hosting;

/// <summary>Where a silo tells how it is.</summary>
internal sealed record HealthAddress(string Host, int Port);

/// <summary>
/// Answers probes over HTTP: <c>/healthz/live</c> while the process works, <c>/healthz/ready</c> while it is a member of the
/// cluster, or a guest that it answers, and reaches the database and the checkpoints (see <see cref="HealthChecks"/>). It tells no more than which of them it
/// is, and needs no web server.
/// </summary>
internal sealed class HealthEndpoint(HealthState state, HealthAddress address, ISiloStatusOracle? oracle = null) : BackgroundService
{
    private readonly HttpListener _listener = new();

    public override void Dispose()
    {
        _listener.Close();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        _listener.Prefixes.Add($"http://{address.Host}:{address.Port}/healthz/");
        _listener.Start();
        using var stop = stoppingToken.Register(_listener.Stop);
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                Answer(await _listener.GetContextAsync());
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
            {
                // A caller that went away, or the end.
            }
        }
    }

    private void Answer(HttpListenerContext context)
    {
        var status = oracle?.CurrentStatus ?? SiloStatus.Active; // a guest is no silo: it lives while it answers
        (int code, string text) = context.Request.Url?.AbsolutePath switch
        {
            "/healthz/live" => (status is SiloStatus.Dead ? 503 : 200, status.ToString()),
            "/healthz/ready" => state.Ready(),
            _ => (404, "expected /healthz/live or /healthz/ready"),
        };
        context.Response.StatusCode = code;
        context.Response.ContentType = "text/plain";
        context.Response.Close(Encoding.UTF8.GetBytes(text + "\n"), willBlock: false);
    }
}
