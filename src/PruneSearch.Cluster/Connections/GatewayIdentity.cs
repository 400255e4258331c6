using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;
using Orleans.Connections.Security;
using Orleans.Serialization;
using Orleans.Serialization.Session;
using PruneSearch.Cluster.Observability;
using PruneSearch.Connections.Certificates;
using PruneSearch.Core;

namespace PruneSearch.Cluster.Connections;

/// <summary>
/// Stands in a gateway behind the check of certificates: what a client sends goes on under the identity of its certificate, whatever it
/// calls itself, in bounded messages and at a bounded rate. A connection ends with the validity of its certificate.
/// </summary>
internal sealed class GatewayIdentity(
    Serializer<ConnectionPreamble> preambles, SerializerSessionPool sessions, TimeProvider time, ILogger<GatewayIdentity> logger)
{
    /// <summary>Messages that one connection may send a second in the long run. Who sends more waits.</summary>
    public const int LargestRate = 1000;

    // Messages at once after a pause.
    private const int Burst = 2000;
    private static readonly TimeSpan LongestTimer = TimeSpan.FromDays(40);

    /// <summary>Adds it to a gateway.</summary>
    public void Protect(IConnectionBuilder connections) => connections.Use(next => context => ServeAsync(context, next));

    private async Task ServeAsync(ConnectionContext context, ConnectionDelegate next)
    {
        if (context.Features.Get<ITlsConnectionFeature>()?.RemoteCertificate is not { } certificate || CertificateOwner.Of(certificate) is not { } owner)
        {
            return; // the check before lets nobody in without one
        }
        var transport = context.Transport;
        var pipe = new Pipe();
        using var end = CancellationTokenSource.CreateLinkedTokenSource(context.ConnectionClosed);
        var left = certificate.NotAfter.ToUniversalTime() - time.GetUtcNow();
        using var expiry = new CancellationTokenSource(left < LongestTimer ? left : Timeout.InfiniteTimeSpan, time);
        await using var expired = expiry.Token.Register(() => Expire(context, owner));
        var pump = PumpAsync(transport.Input, pipe.Writer, owner, context, end.Token);
        context.Transport = new Duplex(pipe.Reader, transport.Output);
        try
        {
            await next(context).ConfigureAwait(false);
        }
        finally
        {
            context.Transport = transport;
            await end.CancelAsync().ConfigureAwait(false);
            await pump.ConfigureAwait(false);
            await pipe.Reader.CompleteAsync().ConfigureAwait(false);
        }
    }

    private void Expire(ConnectionContext context, CertificateOwner owner)
    {
        Log.CertificateExpired(logger, owner.Role, owner.Name);
        context.Abort();
    }

    private async Task PumpAsync(PipeReader input, PipeWriter output, CertificateOwner owner, ConnectionContext context, CancellationToken stop)
    {
        var frames = new GatewayFrames(owner, preambles, sessions);
        Exception? error = null;
        double allowed = Burst;
        long last = time.GetTimestamp();
        try
        {
            bool more = true;
            while (more)
            {
                var read = await input.ReadAsync(stop).ConfigureAwait(false);
                var buffer = read.Buffer;
                allowed = Math.Min(Burst, allowed + (time.GetElapsedTime(last).TotalSeconds * LargestRate));
                last = time.GetTimestamp();
                if (allowed < 1)
                {
                    input.AdvanceTo(buffer.Start, buffer.Start); // it is all still there the next time
                    await Task.Delay(TimeSpan.FromSeconds(1.0 / 50), time, stop).ConfigureAwait(false);
                    continue;
                }
                allowed -= frames.HandOn(ref buffer, output, (int)allowed);
                input.AdvanceTo(buffer.Start, allowed < 1 ? buffer.Start : buffer.End);
                var flushed = await output.FlushAsync(stop).ConfigureAwait(false);
                more = !read.IsCompleted && !read.IsCanceled && !flushed.IsCompleted;
            }
        }
        catch (OperationCanceledException)
        {
            // It is over.
        }
        catch (Exception e) when (e is IOException or ConnectionAbortedException or ConnectionResetException)
        {
            error = e;
        }
        catch (Exception e)
        {
            error = e;
            Log.ClientRefused(logger, owner.Role, owner.Name, context.RemoteEndPoint?.ToString() ?? "unknown", ErrorText.FirstLine(e.Message));
            context.Abort();
        }
        await output.CompleteAsync(error).ConfigureAwait(false);
    }

    private sealed record Duplex(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
