using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Serialization;
using Orleans.Serialization.Session;
using PruneSearch.Cluster.Connections;
using PruneSearch.Connections.Certificates;

namespace PruneSearch.Cluster.Tests.Connections;

/// <summary>A client that writes somebody else into everything that it sends.</summary>
internal static class Forgery
{
    public static void As(IClientBuilder client, CertificateOwner owner) =>
        client.Services.AddOptions<ClientConnectionOptions>().Configure<Serializer<ConnectionPreamble>, SerializerSessionPool>((o, preambles, sessions) =>
            o.ConfigureConnection(c => c.Use(next => async context =>
            {
                var transport = context.Transport;
                var pipe = new Pipe();
                var pump = PumpAsync(pipe.Reader, transport.Output, new GatewayFrames(owner, preambles, sessions));
                context.Transport = new Duplex(transport.Input, pipe.Writer);
                await next(context);
                await pipe.Writer.CompleteAsync();
                await pump;
            })));

    private static async Task PumpAsync(PipeReader input, PipeWriter output, GatewayFrames frames)
    {
        bool more = true;
        while (more)
        {
            var read = await input.ReadAsync();
            var buffer = read.Buffer;
            frames.HandOn(ref buffer, output, int.MaxValue);
            input.AdvanceTo(buffer.Start, buffer.End);
            more = !(await output.FlushAsync()).IsCompleted && !read.IsCompleted;
        }
    }

    private sealed record Duplex(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
